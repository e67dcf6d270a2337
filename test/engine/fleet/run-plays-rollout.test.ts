import { describe, expect, it } from '@jest/globals';
import { changeKinds } from '../../../src/change-kinds.ts';
import type { RunEvent, RunSummary } from '../../../src/engine/events.ts';
import { play, type Play } from '../../../src/engine/fleet/play.ts';
import type { Rollout } from '../../../src/engine/fleet/rollout.ts';
import type { EngineOptions } from '../../../src/engine/fleet/run-options.ts';
import { runPlays } from '../../../src/engine/fleet/run-plays.ts';
import { UnreachableError } from '../../../src/errors.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { fleet, inventoryHost } from '../fake-fleet.ts';

const dead: Transport = { connect: () => Promise.reject(new UnreachableError('no answer')) };

interface Trial {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
  /** `first kvm1`, in the order in which hosts started. */
  readonly started: readonly string[];
}

/** A play that throws on some hosts and cannot reach others. */
function trialPlay(name: string, rollout: Rollout | undefined, failing: readonly string[] = []): Play {
  return play<unknown>({
    name,
    hosts: 'all',
    ...(rollout !== undefined && { rollout }),
    run: async (host) => {
      if (host.name === 'kvm9') await host.read('true');
      if (failing.includes(host.name)) throw new Error('not today');
    },
  });
}

async function runOn(
  hosts: number,
  plays: readonly Play[],
  options: Partial<EngineOptions> = {},
): Promise<Trial> {
  const events: RunEvent[] = [];
  const summary = await runPlays({
    kinds: changeKinds,
    plays,
    hostsOf: () => fleet(hosts),
    transportFor: () => dead,
    forks: 1,
    reporters: [{ onEvent: (event) => void events.push(event) }],
    ...options,
  });
  const started = events.flatMap((event) =>
    event.type === 'host.start' ? [`${event.play} ${event.host}`] : [],
  );
  return { summary, events, started };
}

function reasons({ summary }: Trial): readonly string[] {
  return summary.hosts.map(({ host, outcome, error }) => `${host} ${outcome}: ${error?.message ?? ''}`);
}

describe('runPlays with a rollout', () => {
  it('ends the play and the run when the budget breaks', async () => {
    const plays = [trialPlay('first', { maxFailures: 1 }, ['kvm1', 'kvm2']), trialPlay('second', undefined)];

    const trial = await runOn(3, plays);

    expect(trial.started).toEqual(['first kvm1', 'first kvm2']);
    expect(trial.summary.stopped).toEqual({
      play: 'first',
      playIndex: 0,
      wave: 'wave 1 of 1',
      reason: '2 of 3 hosts failed or are unreachable, at most 1 may',
    });
    expect(reasons(trial)).toEqual([
      'kvm1 failed: Error: not today',
      'kvm2 failed: Error: not today',
      'kvm3 skipped: 2 of 3 hosts failed or are unreachable, at most 1 may',
      'kvm1 skipped: failed in play "first"',
      'kvm2 skipped: failed in play "first"',
      'kvm3 skipped: play "first" was stopped: 2 of 3 hosts failed or are unreachable, at most 1 may',
    ]);
  });

  it('counts hosts that a play before it lost', async () => {
    const plays = [trialPlay('first', undefined, ['kvm1', 'kvm2']), trialPlay('second', { maxFailures: 1 })];

    const trial = await runOn(3, plays);

    expect(trial.started).toEqual(['first kvm1', 'first kvm2', 'first kvm3']);
    expect(trial.summary.stopped?.play).toBe('second');
  });

  it('counts unreachable hosts', async () => {
    const trial = await runOn(11, [trialPlay('first', {})]);

    expect(reasons(trial).slice(8)).toEqual([
      'kvm9 unreachable: no answer',
      'kvm10 skipped: 1 of 11 hosts failed or are unreachable, at most 0 may',
      'kvm11 skipped: 1 of 11 hosts failed or are unreachable, at most 0 may',
    ]);
  });

  it('runs all hosts in check mode, whatever fails, but tells of the waves', async () => {
    const trial = await runOn(3, [trialPlay('first', { canary: 1, soak: 600 }, ['kvm1'])], {
      checkMode: true,
    });

    expect(trial.started).toEqual(['first kvm1', 'first kvm2', 'first kvm3']);
    expect(trial.summary.stopped).toBeUndefined();
    expect(trial.events.map(({ type }) => type)).not.toContain('wave.start');
    expect(trial.events[1]).toMatchObject({
      type: 'play.start',
      waves: [
        { wave: 'canary', hosts: 1 },
        { wave: 'wave 1 of 1', hosts: 2 },
      ],
    });
  });

  it('tells of no waves without a rollout, and lets any number of hosts fail', async () => {
    const trial = await runOn(3, [trialPlay('first', undefined, ['kvm1', 'kvm2', 'kvm3'])]);

    expect(trial.summary.hosts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
    expect(trial.events[1]).not.toHaveProperty('waves');
    expect(trial.events.map(({ type }) => type)).not.toContain('wave.start');
  });

  it('lets fields of the run win over those of the play', async () => {
    const plays = [trialPlay('first', { canary: 1, maxFailures: 1 }, ['kvm1', 'kvm2'])];

    const trial = await runOn(3, plays, { rollout: { canary: 0, maxFailures: '100%' } });

    expect(trial.summary.stopped).toBeUndefined();
  });

  it('gives a rollout to a play that has none', async () => {
    const trial = await runOn(3, [trialPlay('first', undefined, ['kvm1'])], { rollout: { canary: 1 } });

    expect(trial.summary.stopped?.reason).toBe('canary kvm1 failed');
  });

  it('refuses a bad rollout of any play before it touches a host', async () => {
    const plays = [trialPlay('first', {}), trialPlay('second', { waves: ['50%'] })];
    const events: RunEvent[] = [];

    const outcome = runOn(3, plays, { reporters: [{ onEvent: (event) => void events.push(event) }] });

    await expect(outcome).rejects.toThrow(
      `play "second": rollout.waves ends with '50%', it should end with '100%', so that every host has its wave`,
    );
    expect(events).toEqual([]);
  });

  it('keeps hosts apart by their variables', async () => {
    const trial = await runOn(3, [trialPlay('first', { apart: [{ variable: 'site' }] })], {
      hostsOf: () => ['kvm1', 'kvm2', 'kvm3'].map((name) => inventoryHost(name, { vars: { site: 'here' } })),
      forks: 3,
    });

    expect(trial.events.flatMap((event) => ('host' in event ? [`${event.type} ${event.host}`] : []))).toEqual(
      ['kvm1', 'kvm2', 'kvm3'].flatMap((name) => [`host.start ${name}`, `host.end ${name}`]),
    );
  });

  it('refuses to keep hosts apart by what no host of the inventory has', async () => {
    const options = { inventoryHosts: [inventoryHost('kvm7', { vars: { rack: 'a' } })] };
    const plays = (variable: string): readonly Play[] => [trialPlay('first', { apart: [{ variable }] })];

    await expect(runOn(2, plays('rak'), options)).rejects.toThrow('variable is rak, which no host has');
    expect((await runOn(2, plays('rack'), options)).started).toHaveLength(2);
  });

  it('calls a host failed that there is no way to, and goes on with the others', async () => {
    const trial = await runOn(2, [trialPlay('first', undefined)], {
      transportFor: ({ name }) => {
        if (name === 'kvm1') throw new Error('ansible_port is 0');
        return dead;
      },
    });

    expect(reasons(trial)).toEqual(['kvm1 failed: Error: ansible_port is 0', 'kvm2 ok: ']);
  });

  it('says that hosts were skipped since the run was cancelled', async () => {
    const trial = await runOn(2, [trialPlay('first', { canary: 1 })], { signal: AbortSignal.abort() });

    expect(reasons(trial)).toEqual(['kvm1 skipped: cancelled', 'kvm2 skipped: cancelled']);
  });
});
