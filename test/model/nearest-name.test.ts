import { describe, expect, it } from '@jest/globals';
import { nearestName } from '../../src/model/nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['hots', ['hosts', 'vars'], 'hosts'],
    ['HOSTS', ['hosts', 'vars'], 'hosts'],
    ['hsots', ['hosts', 'roots'], 'hosts'],
    ['maintenence', ['kvm', 'maintenance'], 'maintenance'],
    ['kvm11', ['kvm12', 'kvm1'], 'kvm12'],
    ['kvn', ['all', 'kvm'], 'kvm'],
    ['router', ['kvm', 'storage'], undefined],
    ['ab', ['xy'], undefined],
    ['kvm', [], undefined],
    ['kvm', ['kvm'], undefined],
  ])('finds for %s among %j: %s', (name, names, expected) => {
    expect(nearestName(name, names)).toBe(expected);
  });
});
