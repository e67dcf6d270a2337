import { describe, expect, it } from '@jest/globals';
import { lineDifferences } from '../../../src/engine/transaction/line-differences.ts';

const route = 'route: default via 10.0.0.1 dev br0';

describe('lineDifferences', () => {
  it('finds none between equal snapshots', () => {
    expect(lineDifferences([], [])).toEqual([]);
  });

  it('names lines that are missing and lines that are new', () => {
    expect(lineDifferences([route], ['rule: 5: from all lookup 77'])).toEqual([
      `${route} is missing`,
      'rule: 5: from all lookup 77 is new',
    ]);
  });

  it('names the words of a link that altered, after the word before them', () => {
    const gone = [
      'link br0: bridge forward_delay 1500 ageing_time 30000 stp_state 0',
      'link br0: <BROADCAST,UP> mtu 1500',
    ];
    const come = [
      'link br0: <BROADCAST> mtu 1500',
      'link br0: bridge forward_delay 1500 ageing_time 0 stp_state 0',
    ];

    expect(lineDifferences(gone, come)).toEqual([
      'link br0: was "ageing_time 30000", is "ageing_time 0"',
      'link br0: was "<BROADCAST,UP>", is "<BROADCAST>"',
    ]);
  });

  it('tells a value that came at the end', () => {
    expect(lineDifferences(['link eno1: <UP> mtu 1500'], ['link eno1: <UP> mtu 1500 master br0'])).toEqual([
      'link eno1: was "1500", is "1500 master br0"',
    ]);
  });
});
