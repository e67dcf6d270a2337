import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expandHostRange } from '../../src/inventory/host-range.ts';

describe('expandHostRange', () => {
  it.each([
    ['kvm1', 'kvm1'],
    ['kvm[1:3]', 'kvm1 kvm2 kvm3'],
    ['kvm[:2]', 'kvm0 kvm1 kvm2'],
    ['kvm[08:11].example.com', 'kvm08.example.com kvm09.example.com kvm10.example.com kvm11.example.com'],
    ['kvm[1:9:4]', 'kvm1 kvm5 kvm9'],
    ['[a:c]', 'a b c'],
    ['[y:B]', 'y z A B'],
    ['r[1:2]n[a:b]', 'r1na r1nb r2na r2nb'],
    ['kvm[1]', 'kvm[1]'],
  ])('expands %s to %s', (pattern, names) => {
    expect(expandHostRange(pattern).join(' ')).toBe(names);
  });

  it.each([
    ['kvm[3:1]', 'its first is after its last'],
    ['kvm[01:100]', '01 and 100 should have the same number of digits'],
    ['kvm[1:z]', 'it should run from a number to a number or from a letter to a letter'],
    ['kvm[1:]', 'it should run from a number to a number or from a letter to a letter'],
    ['kvm[1:9:0]', '[first:last] or [first:last:step] is one'],
    ['kvm[1:9:1:1]', '[first:last] or [first:last:step] is one'],
    ['kvm[1:999999999]', 'stands for more than 100000 hosts'],
    ['kvm[0:99999999999999999999:99999999999999999999]', 'stands for more than 100000 hosts'],
    ['[1:999][1:999]', 'stands for more than 100000 hosts'],
  ])('refuses %s', (pattern, reason) => {
    expect(() => expandHostRange(pattern)).toThrow(RangeError);
    expect(() => expandHostRange(pattern)).toThrow(reason);
  });

  it('gives as many names as a range has steps, all different', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 9 }), (first, more, step) => {
        const names = expandHostRange(`kvm[${first}:${first + more}:${step}]`);

        expect(new Set(names).size).toBe(Math.floor(more / step) + 1);
      }),
    );
  });
});
