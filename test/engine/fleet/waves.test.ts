import { describe, expect, it } from '@jest/globals';
import type { HostOutcome } from '../../../src/engine/events.ts';
import type { Rollout } from '../../../src/engine/fleet/rollout.ts';
import {
  fleet,
  inventoryHost,
  runFleet,
  type FleetOptions,
  type FleetRun,
  type Span,
} from '../fake-fleet.ts';

const failed = { outcome: 'failed', rollback: 'proved' } as const;
const unreachable = { outcome: 'unreachable' } as const;

/** `kvm1 0-1, kvm2 0-1` */
function times(spans: readonly Span[]): string {
  return spans.map(({ host, from, to }) => `${host} ${String(from)}-${String(to)}`).join(', ');
}

function outcomes({ end }: FleetRun): Readonly<Record<string, HostOutcome>> {
  return Object.fromEntries(end.summaries.map(({ host, outcome }) => [host, outcome]));
}

function count(run: FleetRun, outcome: HostOutcome): number {
  return run.end.summaries.filter((summary) => summary.outcome === outcome).length;
}

describe('runWaves', () => {
  it('takes the canary first and alone, then wave after wave, with a soak between them', async () => {
    const { spans, seconds } = await runFleet(fleet(6), {
      canary: 1,
      waves: ['50%', '100%'],
      soak: 60,
      window: 2,
    });

    expect(times(spans)).toBe('kvm1 0-1, kvm2 61-62, kvm3 61-62, kvm4 122-123, kvm5 122-123, kvm6 123-124');
    expect(seconds).toBe(124);
  });

  it('takes canaries one after the other', async () => {
    const { spans } = await runFleet(fleet(4), { canary: 3 });

    expect(times(spans)).toBe('kvm1 0-1, kvm2 1-2, kvm3 2-3, kvm4 3-4');
  });

  it('starts the next host of a wave as one ends, whichever it is', async () => {
    const { spans } = await runFleet(fleet(5), { window: 2 }, { scripts: { kvm1: { seconds: 10 } } });

    expect(times(spans)).toBe('kvm1 0-10, kvm2 0-1, kvm3 1-2, kvm4 2-3, kvm5 3-4');
  });

  it('does not begin a wave before the one before it has ended', async () => {
    const { spans } = await runFleet(
      fleet(4),
      { waves: ['50%', '100%'] },
      { scripts: { kvm1: { seconds: 10 } } },
    );

    expect(times(spans)).toBe('kvm1 0-10, kvm2 0-1, kvm3 10-11, kvm4 10-11');
  });

  it('does not soak after a wave that changed nothing', async () => {
    const idle = Object.fromEntries(fleet(6).map(({ name }) => [name, { outcome: 'ok' } as const]));

    const { events, seconds } = await runFleet(
      fleet(6),
      { canary: 1, waves: ['50%', '100%'], soak: 60 },
      { scripts: idle },
    );

    expect(seconds).toBe(3);
    expect(events.filter(({ type }) => type === 'wave.soak')).toEqual([]);
  });

  it('has no waves, no events and no budget for a play without rollout', async () => {
    const all = Object.fromEntries(fleet(30).map(({ name }) => [name, failed]));

    const run = await runFleet(fleet(30), undefined, { scripts: all, forks: 10 });

    expect(count(run, 'failed')).toBe(30);
    expect(run.seconds).toBe(3);
    expect(run.events).toEqual([]);
    expect(run.end.broken).toBeUndefined();
  });

  // 30 hosts, each a second, one after the other in waves of 3, 12 and 15.
  it.each<[string, Rollout, FleetOptions, { started: number; reason: string | undefined }]>([
    ['no failure', {}, {}, { started: 30, reason: undefined }],
    [
      'a failure where none is allowed',
      {},
      { scripts: { kvm2: failed } },
      { started: 2, reason: '1 of 30 hosts failed or are unreachable, at most 0 may' },
    ],
    [
      'an unreachable host where no failure is allowed',
      {},
      { scripts: { kvm2: unreachable } },
      { started: 2, reason: '1 of 30 hosts failed or are unreachable, at most 0 may' },
    ],
    [
      'as many failures as a number allows',
      { maxFailures: 2 },
      { scripts: { kvm2: failed, kvm20: unreachable } },
      { started: 30, reason: undefined },
    ],
    [
      'one failure more than a number allows',
      { maxFailures: 2 },
      { scripts: { kvm2: failed, kvm20: unreachable, kvm25: failed } },
      { started: 25, reason: '3 of 30 hosts failed or are unreachable, at most 2 may' },
    ],
    [
      'as many failures as a share allows',
      { maxFailures: '5%' },
      { scripts: { kvm4: failed } },
      { started: 30, reason: undefined },
    ],
    [
      'one failure more than a share allows',
      { maxFailures: '5%' },
      { scripts: { kvm4: failed, kvm30: unreachable } },
      { started: 30, reason: '2 of 30 hosts failed or are unreachable, at most 1 may' },
    ],
    [
      'a failing canary, whatever the budget',
      { canary: 2, maxFailures: '100%' },
      { scripts: { kvm1: failed } },
      { started: 1, reason: 'canary kvm1 failed' },
    ],
    [
      'an unreachable canary, whatever the budget',
      { canary: 2, maxFailures: '100%' },
      { scripts: { kvm2: unreachable } },
      { started: 2, reason: 'canary kvm2 is unreachable' },
    ],
    [
      'failures everywhere where all are allowed',
      { maxFailures: '100%' },
      { scripts: Object.fromEntries(fleet(30).map(({ name }) => [name, failed])) },
      { started: 30, reason: undefined },
    ],
    [
      'a host that an earlier play lost, within the budget',
      { maxFailures: 1 },
      { lost: ['kvm9'] },
      { started: 29, reason: undefined },
    ],
    [
      'a host that an earlier play lost, and one more',
      { maxFailures: 1 },
      { lost: ['kvm9'], scripts: { kvm10: failed } },
      { started: 9, reason: '2 of 30 hosts failed or are unreachable, at most 1 may' },
    ],
    [
      'more hosts lost in earlier plays than may fail',
      { maxFailures: 1 },
      { lost: ['kvm9', 'kvm10'] },
      { started: 0, reason: '2 of 30 hosts failed or are unreachable, at most 1 may' },
    ],
    [
      'a skipped host, which is no failure',
      {},
      { scripts: { kvm2: { outcome: 'skipped' } } },
      { started: 30, reason: undefined },
    ],
  ])('counts %s', async (_, rollout, options, { started, reason }) => {
    const run = await runFleet(fleet(30), { waves: ['10%', '50%', '100%'], window: 1, ...rollout }, options);

    expect(run.spans.length).toBe(started);
    expect(run.end.broken?.reason).toBe(reason);
    expect(run.skips).toEqual(
      run.end.summaries
        .filter(({ host }) => !run.spans.some((span) => span.host === host))
        .map(({ host }) => `${host}: ${reason ?? ''}`),
    );
  });

  it('lets hosts under way come to their end when the budget breaks', async () => {
    const run = await runFleet(
      fleet(30),
      { window: 5 },
      { scripts: { kvm3: { ...failed, seconds: 2 }, kvm4: { seconds: 20 } } },
    );

    expect(times(run.spans)).toBe(
      'kvm1 0-1, kvm2 0-1, kvm3 0-2, kvm4 0-20, kvm5 0-1, kvm6 1-2, kvm7 1-2, kvm8 1-2',
    );
    expect(outcomes(run)).toMatchObject({ kvm4: 'changed', kvm8: 'changed', kvm9: 'skipped' });
  });

  it('breaks a budget once, even if more hosts fail after that', async () => {
    const { events } = await runFleet(fleet(10), {}, { scripts: { kvm1: failed, kvm2: failed } });

    expect(events.filter(({ type }) => type === 'budget.broken')).toEqual([
      {
        type: 'budget.broken',
        play: 'bond6',
        playIndex: 0,
        wave: 'wave 1 of 1',
        failed: 1,
        allowed: 0,
        reason: '1 of 10 hosts failed or are unreachable, at most 0 may',
      },
    ]);
  });

  it('tells of waves as they begin and end', async () => {
    const { events } = await runFleet(
      fleet(4),
      { canary: 1, waves: ['50%', '100%'], soak: 5 },
      { scripts: { kvm2: failed } },
    );

    const none = { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0 };
    expect(events).toMatchObject([
      { type: 'wave.start', wave: 'canary', hosts: ['kvm1'] },
      { type: 'wave.end', wave: 'canary', hosts: { ...none, changed: 1 } },
      { type: 'wave.soak', wave: 'canary', seconds: 5 },
      { type: 'wave.start', wave: 'wave 1 of 2', hosts: ['kvm2'] },
      { type: 'budget.broken', wave: 'wave 1 of 2' },
      { type: 'wave.end', wave: 'wave 1 of 2', hosts: { ...none, failed: 1 } },
    ]);
  });

  describe('with hosts to be kept apart', () => {
    const racks = ['a', 'a', 'b', 'b', 'c', undefined].map((rack, index) =>
      inventoryHost(`kvm${String(index + 1)}`, { vars: { rack } }),
    );

    it('starts a host when the other of its rack has ended, and lets hosts of other racks pass', async () => {
      const { spans } = await runFleet(racks, { apart: [{ variable: 'rack' }], window: 4 });

      expect(times(spans)).toBe('kvm1 0-1, kvm3 0-1, kvm5 0-1, kvm6 0-1, kvm2 1-2, kvm4 1-2');
    });

    it('lets as many hosts of a rack be under way as may be', async () => {
      const { spans } = await runFleet(racks, { apart: [{ variable: 'rack', atMost: 2 }], window: 3 });

      expect(times(spans)).toBe('kvm1 0-1, kvm2 0-1, kvm3 0-1, kvm4 1-2, kvm5 1-2, kvm6 1-2');
    });

    it('goes on with a rack of which a host is lost', async () => {
      const run = await runFleet(
        racks,
        { apart: [{ variable: 'rack' }], maxFailures: 1 },
        { scripts: { kvm1: unreachable } },
      );

      expect(outcomes(run)).toMatchObject({ kvm1: 'unreachable', kvm2: 'changed' });
    });

    it.each([
      ['is unreachable', unreachable, 'skipped'],
      ['could not roll back', { outcome: 'failed', rollback: 'failed' } as const, 'skipped'],
      ['rolled back', failed, 'changed'],
    ])('leaves the partner of a host that %s as it should be', async (_, script, outcome) => {
      const run = await runFleet(
        racks,
        { apart: [{ variable: 'rack', countLost: true }], maxFailures: 1 },
        { scripts: { kvm1: script } },
      );

      expect(outcomes(run)).toMatchObject({ kvm2: outcome, kvm4: 'changed', kvm6: 'changed' });
      expect(run.skips).toEqual(
        outcome === 'skipped' ? ['kvm2: a lost host counts as under way in rack a'] : [],
      );
    });

    it('leaves the partner of a host alone that an earlier play lost', async () => {
      const run = await runFleet(
        racks,
        { apart: [{ variable: 'rack', countLost: true }], maxFailures: 1 },
        { lost: ['kvm1'] },
      );

      expect(outcomes(run)).toMatchObject({ kvm2: 'skipped', kvm3: 'changed' });
    });
  });

  describe('with the wave to be rolled back', () => {
    const rollout: Rollout = { waves: ['50%', '100%'], window: 2, onFailure: 'rollback-wave' };

    it('undoes what the wave under way had done, under the same window, and nothing else', async () => {
      const run = await runFleet(fleet(8), rollout, { scripts: { kvm7: { ...failed, seconds: 3 } } });

      expect(times(run.spans.filter(({ work }) => work === 'undo'))).toBe('kvm5 6-7, kvm6 6-7, kvm8 7-8');
      expect(outcomes(run)).toEqual({
        ...{ kvm1: 'changed', kvm2: 'changed', kvm3: 'changed', kvm4: 'changed' },
        ...{ kvm5: 'skipped', kvm6: 'skipped', kvm7: 'failed', kvm8: 'skipped' },
      });
    });

    it('undoes before it tells the end of the wave', async () => {
      const { log } = await runFleet(fleet(4), rollout, { scripts: { kvm4: failed }, forks: 1 });

      expect(log.slice(log.indexOf('wave.end') + 1)).toEqual([
        'wave.start',
        ...['run kvm3', 'run kvm4', 'budget.broken', 'undo kvm3', 'host.undone'],
        'wave.end',
      ]);
    });

    it('calls a host failed whose undo is not proved', async () => {
      const run = await runFleet(
        fleet(2),
        { onFailure: 'rollback-wave', window: 1 },
        {
          scripts: { kvm1: { undo: 'failed' }, kvm2: failed },
        },
      );

      expect(run.events).toMatchObject([
        { type: 'wave.start' },
        { type: 'budget.broken' },
        { type: 'host.undone', host: 'kvm1', result: 'failed' },
        { type: 'wave.end', hosts: { failed: 2 } },
      ]);
    });

    it('undoes nothing more once it is cancelled, and says what stays', async () => {
      const run = await runFleet(
        fleet(3),
        { onFailure: 'rollback-wave', window: 1 },
        {
          scripts: { kvm3: failed },
          cancelAt: 3.5,
        },
      );

      expect(outcomes(run)).toEqual({ kvm1: 'skipped', kvm2: 'changed', kvm3: 'failed' });
      expect(run.events).toContainEqual({
        type: 'host.undone',
        play: 'bond6',
        playIndex: 0,
        host: 'kvm2',
        result: 'kept',
        outcome: 'changed',
        connections: 1,
        execs: 1,
        milliseconds: 1000,
        error: { code: 'KVMPLAY_NOT_UNDONE', message: 'not undone: cancelled' },
      });
    });

    it('does not undo the partner of a lost host', async () => {
      const pair = fleet(2).map((host) => ({ ...host, vars: { pair: 'p1' } }));

      const run = await runFleet(
        pair,
        { onFailure: 'rollback-wave', apart: [{ variable: 'pair', countLost: true }] },
        { scripts: { kvm2: unreachable } },
      );

      expect(outcomes(run)).toEqual({ kvm1: 'changed', kvm2: 'unreachable' });
      expect(run.end.summaries[0]?.error?.message).toBe(
        'not undone: a lost host counts as under way in pair p1',
      );
    });
  });

  describe('when it is cancelled', () => {
    it('starts no further host and lets those under way come to their end', async () => {
      const run = await runFleet(
        fleet(5),
        { window: 2 },
        { scripts: { kvm3: { seconds: 9 } }, cancelAt: 1.5 },
      );

      expect(times(run.spans)).toBe('kvm1 0-1, kvm2 0-1, kvm3 1-10, kvm4 1-2');
      expect(run.skips).toEqual(['kvm5: cancelled']);
      expect(run.end.broken).toBeUndefined();
    });

    it('does so without a rollout, too', async () => {
      const run = await runFleet(fleet(3), undefined, { forks: 1, cancelAt: 1.5 });

      expect(outcomes(run)).toEqual({ kvm1: 'changed', kvm2: 'changed', kvm3: 'skipped' });
    });

    it('does not wait for the end of a soak', async () => {
      const run = await runFleet(fleet(2), { canary: 1, soak: 600 }, { cancelAt: 30 });

      expect(run.skips).toEqual(['kvm2: cancelled']);
      expect(run.seconds).toBe(30);
    });
  });
});
