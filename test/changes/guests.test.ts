import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../src/model/change.ts';
import { lostTaps } from '../../src/changes/guests.ts';
import type { Link, Links } from '../../src/model/link.ts';
import { bridge, ethernet, tap } from '../../src/testing.ts';

function toLinks(...links: readonly Link[]): Links {
  return new Map(links.map((link) => [link.name, link]));
}

const bridges = [bridge('br6'), bridge('br7')];
const before = toLinks(
  ...bridges,
  tap('vnet0', { controller: 'br6' }),
  ethernet('eno5', { controller: 'br6' }),
);
const removal: Change = {
  kind: 'port.remove',
  port: 'vnet0',
  controller: 'br6',
  controllerKind: 'bridge',
  alone: { up: true, mtu: 1500 },
};

describe('lostTaps', () => {
  it.each<[string, Links, readonly Change[], readonly string[]]>([
    ['a tap that stayed', before, [], []],
    ['a tap that fell off', toLinks(...bridges, tap('vnet0')), [], ['the tap vnet0 left bridge br6']],
    [
      'a tap that is on another bridge',
      toLinks(...bridges, tap('vnet0', { controller: 'br7' })),
      [],
      ['the tap vnet0 left bridge br6'],
    ],
    ['a tap that the plan removed', toLinks(...bridges, tap('vnet0')), [removal], []],
    ['a guest that was switched off', toLinks(...bridges), [], []],
    [
      'a guest that came, and a NIC that left',
      toLinks(...bridges, tap('vnet0', { controller: 'br6' }), tap('vnet1'), ethernet('eno5')),
      [],
      [],
    ],
  ])('judges %s', (_, after, changes, sentences) => {
    expect(lostTaps(before, after, changes)).toEqual(sentences);
  });
});
