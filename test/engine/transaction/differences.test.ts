import { describe, expect, it } from '@jest/globals';
import { differences } from '../../../src/engine/transaction/differences.ts';

describe('differences', () => {
  it('finds none between maps of equal content in another order', () => {
    const before = new Map([
      ['eno4', { up: true, mtu: 1500 }],
      ['eno5', { up: false, mtu: 1500 }],
    ]);
    const after = new Map([
      ['eno5', { mtu: 1500, up: false }],
      ['eno4', { mtu: 1500, up: true }],
    ]);

    expect(differences(before, after)).toEqual([]);
  });

  it('names the path of what is other', () => {
    const before = new Map([['eno4', { up: true, options: { mode: 'balance-alb' } }]]);
    const after = new Map([['eno4', { up: true, options: { mode: 'balance-rr' } }]]);

    expect(differences(before, after)).toEqual(['eno4.options.mode: was "balance-alb", is "balance-rr"']);
  });

  it('says what is missing and what is new in a list, whatever its order', () => {
    expect(differences([{ a: 1 }, { a: 2 }], [{ a: 3 }, { a: 2 }])).toEqual([
      ': {"a":1} is missing',
      ': {"a":3} is new',
    ]);
  });

  it('takes an absent key and an undefined one for the same', () => {
    expect(differences({ a: 1, b: undefined }, { a: 1 })).toEqual([]);
  });
});
