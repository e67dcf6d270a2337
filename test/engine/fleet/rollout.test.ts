import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scheduleRollout, type Rollout } from '../../../src/engine/fleet/rollout.ts';
import type { InventoryHost } from '../../../src/model/inventory.ts';
import { fleet, inventoryHost } from '../fake-fleet.ts';

function schedule(
  rollout: Rollout,
  hosts: readonly InventoryHost[] = fleet(30),
  lost: readonly string[] = [],
) {
  return scheduleRollout(rollout, hosts, { play: 'bond6', forks: 50, lost: new Set(lost) });
}

function sizes(rollout: Rollout, hosts: number): readonly string[] {
  return schedule(rollout, fleet(hosts)).waves.map(
    ({ name, hosts: { length } }) => `${name}: ${String(length)}`,
  );
}

describe('scheduleRollout', () => {
  it.each<[string, Rollout, number, readonly string[]]>([
    ['takes all hosts in one wave unless told otherwise', {}, 30, ['wave 1 of 1: 30']],
    [
      'counts canaries as part of the first wave',
      { canary: 1, waves: ['10%', '50%', '100%'] },
      30,
      ['canary: 1', 'wave 1 of 3: 2', 'wave 2 of 3: 12', 'wave 3 of 3: 15'],
    ],
    [
      'takes numbers of hosts as well as shares',
      { waves: [5, 20, '100%'] },
      30,
      ['wave 1 of 3: 5', 'wave 2 of 3: 15', 'wave 3 of 3: 10'],
    ],
    [
      'rounds a share up, so that no wave of a small fleet is empty',
      { waves: ['10%', '50%', '100%'] },
      5,
      ['wave 1 of 3: 1', 'wave 2 of 3: 2', 'wave 3 of 3: 2'],
    ],
    [
      'leaves out a wave that the canaries fill',
      { canary: 3, waves: ['10%', '100%'] },
      30,
      ['canary: 3', 'wave 1 of 1: 27'],
    ],
    [
      'leaves out a share that is not more than the number before it',
      { waves: [5, '10%', '100%'] },
      20,
      ['wave 1 of 2: 5', 'wave 2 of 2: 15'],
    ],
    ['needs no more than the canary when there is no other host', { canary: 1 }, 1, ['canary: 1']],
    ['takes a share of hosts as canaries', { canary: '5%' }, 30, ['canary: 2', 'wave 1 of 1: 28']],
    [
      'is not misled by binary fractions',
      { waves: ['1.1%', '100%'] },
      3000,
      ['wave 1 of 2: 33', 'wave 2 of 2: 2967'],
    ],
    ['has no wave for no hosts', { canary: 1, waves: ['10%', '100%'] }, 0, []],
  ])('%s', (_, rollout, hosts, expected) => {
    expect(sizes(rollout, hosts)).toEqual(expected);
  });

  it.each<[string, Rollout['maxFailures'], number, number]>([
    ['no failure unless told otherwise', undefined, 30, 0],
    ['a number of failures', 2, 30, 2],
    ['a share of the hosts, rounded down', '5%', 30, 1],
    ['a share that is exact', '10%', 30, 3],
    ['none of a share that is less than a host', '5%', 19, 0],
    ['every failure', '100%', 30, 30],
  ])('allows %s', (_, maxFailures, hosts, allowed) => {
    expect(schedule(maxFailures === undefined ? {} : { maxFailures }, fleet(hosts)).allowed).toBe(allowed);
  });

  it('bounds the window by forks', () => {
    const windowOf = (rollout: Rollout): number => schedule(rollout).window;

    expect([windowOf({}), windowOf({ window: 20 }), windowOf({ window: 80 })]).toEqual([50, 20, 50]);
  });

  it('gives no place to a lost host, not even that of the canary', () => {
    const { waves } = schedule({ canary: 1, waves: ['10%', '100%'] }, fleet(10), ['kvm1', 'kvm2']);

    expect(waves.map(({ hosts }) => hosts.map(({ name }) => name))).toEqual([
      ['kvm3'],
      ['kvm4', 'kvm5', 'kvm6', 'kvm7', 'kvm8', 'kvm9', 'kvm10'],
    ]);
  });

  it('keeps hosts apart by the value of a variable and by each group that matches', () => {
    const hosts = [
      inventoryHost('kvm1', { vars: { rack: 1 }, groups: ['kvm', 'pair-a', 'pair-b'] }),
      inventoryHost('kvm2', { vars: { rack: '1' }, groups: ['kvm'] }),
      inventoryHost('kvm3'),
    ];

    const { apartGroups } = schedule({ apart: [{ variable: 'rack' }, { group: 'pair-*' }] }, hosts);

    expect([...apartGroups].map(([host, taken]) => [host, ...taken.map(({ name }) => name)])).toEqual([
      ['kvm1', 'rack 1', 'group pair-a', 'group pair-b'],
      ['kvm2', 'rack 1'],
      ['kvm3'],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a rollout that is no object', 'fast', "rollout is 'fast', it should be an object of fields"],
    ['an unknown field', { widow: 3 }, 'rollout has no field widow, did you mean window?'],
    [
      'an unknown field that is like none',
      { serial: 3 },
      'rollout has no field serial, the fields are canary, waves, window, maxFailures, soak, apart, onFailure',
    ],
    ['an empty window', { window: 0 }, 'rollout.window is 0, it should be a whole number from 1'],
    ['half a host', { window: 2.5 }, 'rollout.window is 2.5, it should be a whole number from 1'],
    ['a share as window', { window: '10%' }, "rollout.window is '10%', it should be a whole number from 1"],
    [
      'more than all hosts',
      { maxFailures: '101%' },
      "rollout.maxFailures is '101%', it should be a number of hosts or a share from '0%' to '100%'",
    ],
    [
      'fewer than no hosts',
      { canary: -1 },
      "rollout.canary is -1, it should be a number of hosts or a share from '0%' to '100%'",
    ],
    [
      'a share without its sign',
      { canary: '5' },
      "rollout.canary is '5', it should be a number of hosts or a share from '0%' to '100%'",
    ],
    [
      'not a number',
      { maxFailures: Number.NaN },
      "rollout.maxFailures is NaN, it should be a number of hosts or a share from '0%' to '100%'",
    ],
    ['no waves', { waves: [] }, 'rollout.waves is [], it should be a list that is not empty'],
    [
      'waves that are no list',
      { waves: '100%' },
      "rollout.waves is '100%', it should be a list that is not empty",
    ],
    ['an empty wave', { waves: [0, '100%'] }, 'rollout.waves[0] is 0, it should be more than 0 hosts'],
    [
      'waves that leave hosts out',
      { waves: ['10%', '50%'] },
      "rollout.waves ends with '50%', it should end with '100%', so that every host has its wave",
    ],
    [
      'waves that shrink',
      { waves: ['50%', '10%', '100%'] },
      'rollout.waves is ["50%","10%","100%"], each wave should be larger than the one before, since it includes it',
    ],
    [
      'numbers that do not rise',
      { waves: [5, '10%', 5, '100%'] },
      'rollout.waves is [5,"10%",5,"100%"], each wave should be larger than the one before, since it includes it',
    ],
    ['time that runs backwards', { soak: -1 }, 'rollout.soak is -1, it should be seconds from 0 to 2000000'],
    [
      'an endless soak',
      { soak: Infinity },
      'rollout.soak is Infinity, it should be seconds from 0 to 2000000',
    ],
    [
      'an unknown end',
      { onFailure: 'rollback' },
      "rollout.onFailure is 'rollback', it should be 'stop' or 'rollback-wave'",
    ],
    [
      'apart without hosts',
      { apart: [{}] },
      'rollout.apart[0] has neither variable nor group, it should have one of them',
    ],
    [
      'apart with two meanings',
      { apart: [{ variable: 'rack', group: 'kvm' }] },
      'rollout.apart[0] has both variable and group, it should have one of them',
    ],
    [
      'a limit of nobody',
      { apart: [{ variable: 'rack', atMost: 0 }] },
      'rollout.apart[0].atMost is 0, it should be a whole number from 1',
    ],
    [
      'a flag that is none',
      { apart: [{ variable: 'rack', countLost: 'yes' }] },
      "rollout.apart[0].countLost is 'yes', it should be true or false",
    ],
    [
      'a variable that no host has',
      { apart: [{ variable: 'rack' }, { variable: 'rak' }] },
      'rollout.apart[1].variable is rak, which no host has',
    ],
    [
      'a group that no host is in',
      { apart: [{ group: 'pairs-*' }] },
      'rollout.apart[0].group is pairs-*, which no host is in',
    ],
  ])('refuses %s', (_, rollout, sentence) => {
    const hosts = [inventoryHost('kvm1', { vars: { rack: 'r1' }, groups: ['pair-a'] })];

    expect(() => schedule(rollout as Rollout, hosts)).toThrow(`play "bond6": ${sentence}`);
  });

  it('takes the word of the inventory for a variable that these hosts lack', () => {
    const rollout: Rollout = { apart: [{ variable: 'rack' }] };
    const inventory = [inventoryHost('kvm9', { vars: { rack: 'r1' } })];

    const apartGroups = scheduleRollout(rollout, fleet(2), {
      play: 'bond6',
      forks: 5,
      inventory,
    }).apartGroups;

    expect([...apartGroups.values()]).toEqual([[], []]);
  });

  it('gives every host exactly one wave, in inventory order', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.nat(70),
        fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 }),
        fc.boolean(),
        (hosts, canary, steps, isShare) => {
          const rising = steps.toSorted((a, b) => a - b);
          const waves = [...rising.map((step) => (isShare ? (`${step}%` as const) : step)), '100%' as const];

          const scheduled = schedule({ canary, waves }, fleet(hosts)).waves;

          expect(scheduled.flatMap((wave) => wave.hosts)).toEqual(fleet(hosts));
          expect(scheduled.filter((wave) => wave.hosts.length === 0)).toEqual([]);
        },
      ),
    );
  });
});
