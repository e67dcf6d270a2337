import { describe, expect, it } from '@jest/globals';
import { toBoolean } from '../../src/model/ansible-boolean.ts';

describe('toBoolean', () => {
  it.each([
    [true, [true, 'yes', 'Yes', 'on', 'true', 'True', ' y ', 't', '1', 1]],
    [false, [false, 'no', 'NO', 'off', 'false', 'n', 'f', '0', 0]],
    [undefined, [undefined, null, '', 'perhaps', 2, {}, ['yes']]],
  ])('takes for %s what Ansible does', (expected, values) => {
    expect(values.map(toBoolean)).toEqual(values.map(() => expected));
  });
});
