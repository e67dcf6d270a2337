import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RunEvent, RunEventBody } from '../../../src/engine/events.ts';
import { allEndedHosts, endedTasks } from '../../../src/engine/fold/ended.ts';
import { foldEvent, foldRun, RunFold } from '../../../src/engine/fold/fold-run.ts';
import type { FoldedHost, FoldedRun } from '../../../src/engine/fold/folded-run.ts';
import { play } from '../../../src/engine/fleet/play.ts';
import { worstForecast } from '../../../src/model/forecast.ts';
import { deepFreeze } from '../../../src/testing/deep-freeze.ts';
import { ensureGreeting, runOn } from '../greeting.ts';
import { interleave, randomRun } from './random-run.ts';

const of = { play: 'bond6', playIndex: 0 };
const kvm1 = { ...of, host: 'kvm1' };
const costs = { connections: 1, execs: 1, milliseconds: 5 };
const change = { kind: 'module.load', name: 'bonding', parameters: {} } as const;

function toEvents(...bodies: readonly RunEventBody[]): readonly RunEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, at: (index + 1) * 1000, ...body }));
}

const begun: readonly RunEventBody[] = [
  { type: 'run.start', checkMode: false, plays: ['bond6', 'vlans'] },
  { type: 'play.start', ...of, hosts: ['kvm2', 'kvm1'] },
  { type: 'host.start', ...kvm1 },
  { type: 'host.phase', ...kvm1, phase: 'command' },
  { type: 'task.start', ...kvm1, index: 0, task: 'ensureBond', subject: 'bond6' },
];

/** The first play's host of that name. */
function hostOf(run: FoldedRun, name: string): FoldedHost | undefined {
  return run.plays[0]?.hosts.find(({ host }) => host === name);
}

describe('foldRun', () => {
  it('tells what is under way', () => {
    const run = foldRun(toEvents(...begun));

    expect(run).toMatchObject({ startedAt: 1000, playNames: ['bond6', 'vlans'], plays: [{ play: 'bond6' }] });
    expect(run).not.toHaveProperty('endedAt');
    expect(run.plays[0]?.hosts.map(({ host, state }) => `${host} ${state}`)).toEqual([
      'kvm2 waiting',
      'kvm1 running',
    ]);
    expect(hostOf(run, 'kvm1')).toMatchObject({
      startedAt: 3000,
      // The next task tells the end of a command.
      phases: [
        { phase: 'command', startedAt: 4000, endedAt: 5000 },
        { phase: 'plan', startedAt: 5000 },
      ],
      tasks: [{ index: 0, task: 'ensureBond', subject: 'bond6', startedAt: 5000 }],
    });
  });

  it('keeps changes that are in force, and none that were undone', () => {
    const ended: readonly RunEventBody[] = [
      { type: 'change.done', ...kvm1, change },
      { type: 'host.end', ...kvm1, outcome: 'changed', ...costs },
    ];
    const error = { code: 'KVMPLAY_UNDONE', message: 'undone: canary kvm2 failed' };
    const undone: readonly RunEventBody[] = [
      { type: 'host.phase', ...kvm1, phase: 'survey' },
      { type: 'host.undone', ...kvm1, result: 'proved', outcome: 'skipped', error, ...costs, execs: 4 },
    ];

    const before = hostOf(foldRun(toEvents(...begun, ...ended)), 'kvm1');
    const during = hostOf(foldRun(toEvents(...begun, ...ended, ...undone.slice(0, 1))), 'kvm1');
    const after = hostOf(foldRun(toEvents(...begun, ...ended, ...undone)), 'kvm1');

    expect(before).toMatchObject({ state: 'ended', outcome: 'changed', endedAt: 7000, changes: [change] });
    expect(during).toMatchObject({ state: 'undoing', outcome: 'changed', undo: { startedAt: 8000 } });
    expect(after).toMatchObject({
      state: 'ended',
      outcome: 'skipped',
      rollback: 'proved',
      error,
      execs: 4,
      changes: [],
      undo: {
        startedAt: 8000,
        endedAt: 9000,
        result: 'proved',
        phases: [{ phase: 'survey', startedAt: 8000, endedAt: 9000 }],
      },
    });
  });

  it('has waves also before they begin, and knows who is in one that did', () => {
    const waves = [
      { wave: 'canary', hosts: 1 },
      { wave: 'wave 1 of 1', hosts: 1 },
    ];

    const run = foldRun(
      toEvents(
        { type: 'run.start', checkMode: false, plays: ['bond6'] },
        { type: 'play.start', ...of, hosts: ['kvm1', 'kvm2'], waves },
        { type: 'wave.start', ...of, wave: 'canary', hosts: ['kvm2'] },
        { type: 'wave.soak', ...of, wave: 'canary', seconds: 60 },
        { type: 'budget.broken', ...of, wave: 'canary', failed: 1, allowed: 0, reason: 'too many' },
      ),
    );

    expect(run.plays[0]?.waves).toEqual([
      { wave: 'canary', hosts: 1, startedAt: 3000, soakUntil: 64_000 },
      { wave: 'wave 1 of 1', hosts: 1 },
    ]);
    expect(run.plays[0]?.hosts.map(({ wave }) => wave)).toEqual([undefined, 'canary']);
    expect(run.stopped).toEqual({ ...of, wave: 'canary', reason: 'too many' });
  });

  it('keeps plays of one name apart', () => {
    const again = { play: 'bond6', playIndex: 1 };
    const task = {
      index: 0,
      task: 'ensureBond',
      outcome: 'ok',
      rolledBack: false,
      changes: [],
      warnings: [],
    } as const;

    const run = foldRun(
      toEvents(
        { type: 'run.start', checkMode: false, plays: ['bond6', 'bond6'] },
        { type: 'play.start', ...of, hosts: ['kvm1'] },
        { type: 'play.start', ...again, hosts: ['kvm1'] },
        { type: 'task.end', ...again, host: 'kvm1', subject: 'second', ...task },
        { type: 'task.end', ...kvm1, subject: 'first', ...task },
      ),
    );

    expect(run.plays.map(({ hosts }) => hosts[0]?.tasks.map(({ subject }) => subject))).toEqual([
      ['first'],
      ['second'],
    ]);
  });

  it('passes over events that a newer kvmplay recorded', () => {
    const events = toEvents(...begun);
    const newer = [
      { seq: 9, at: 9000, type: 'run.paused' },
      { seq: 10, at: 9000, type: 'host.paused', ...kvm1 },
    ];
    const recorded = JSON.parse(JSON.stringify([...events, ...newer])) as readonly RunEvent[];

    expect(foldRun(recorded)).toEqual(foldRun(events));
  });

  it('says of every host what the summary says', async () => {
    const greet = (name: string, wish: string) =>
      play<unknown>({
        name,
        hosts: 'all',
        run: async (host) => {
          await host.perform(ensureGreeting, wish);
          if (host.name === 'kvm2') await host.perform(ensureGreeting, 'impossible');
        },
      });

    const { events, summary } = await runOn(
      ['kvm1', 'kvm2', 'kvm3'],
      [greet('greet', 'bonjour'), greet('greet', 'hello')],
      { checkMode: true },
    );

    const run = foldRun(events);
    expect(allEndedHosts(run).map(toSummary)).toEqual(summary.hosts);
    expect(run).toMatchObject({ checkMode: true, reporterErrors: [], playNames: ['greet', 'greet'] });
  });
});

function toSummary(host: ReturnType<typeof allEndedHosts>[number]): object {
  const tasks = { ok: 0, changed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of endedTasks(host)) tasks[outcome] += 1;
  const { play: name, playIndex, host: hostName, outcome, rollback, error, forecasts } = host;
  const { connections, execs, milliseconds } = host;
  const forecast = worstForecast(forecasts);
  const all = { play: name, playIndex, host: hostName, outcome, rollback, error, forecast, tasks };
  return { ...all, connections, execs, milliseconds };
}

describe('the fold of a run', () => {
  const orders = fc.infiniteStream(fc.nat());

  function picker(stream: Iterator<number>): (lists: number) => number {
    return (lists) => Number(stream.next().value) % lists;
  }

  it('is the same in whichever order hosts side by side are heard', () => {
    fc.assert(
      fc.property(randomRun, orders, (run, order) => {
        const oneByOne = interleave(run, () => 0);
        const mixed = interleave(run, picker(order));

        expect(foldRun(mixed)).toEqual(foldRun(oneByOne));
      }),
    );
  });

  it('is that of a beginning, followed by the rest', () => {
    fc.assert(
      fc.property(randomRun, orders, fc.nat(), (run, order, at) => {
        const events = interleave(run, picker(order));
        const cut = at % (events.length + 1);

        const beginning = foldRun(events.slice(0, cut));
        expect(events.slice(cut).reduce(foldEvent, beginning)).toEqual(foldRun(events));
      }),
    );
  });

  it('changes nothing that was read before, and is plain data', () => {
    fc.assert(
      fc.property(randomRun, orders, (run, order) => {
        const events = interleave(run, picker(order));
        const fold = new RunFold();
        let state = deepFreeze(foldRun([]));
        for (const event of events) {
          state = deepFreeze(foldEvent(state, deepFreeze(event)));
          fold.onEvent(event);
          expect(deepFreeze(fold.run)).toEqual(state);
        }

        expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
      }),
      { numRuns: 25 },
    );
  });

  it('has hosts in inventory order and tasks in the order of the playbook', () => {
    fc.assert(
      fc.property(randomRun, orders, (run, order) => {
        const events = interleave(run, picker(order));

        const { plays } = foldRun(events);
        const starts = events.flatMap((event) => (event.type === 'play.start' ? [event.hosts] : []));
        expect(plays.map(({ hosts }) => hosts.map(({ host }) => host))).toEqual(starts);
        for (const { tasks } of plays.flatMap(({ hosts }) => hosts)) {
          expect(tasks.map(({ index }) => index)).toEqual(tasks.map((_, index) => index));
        }
      }),
    );
  });

  it('can drop what a host did as soon as it has ended', () => {
    fc.assert(
      fc.property(randomRun, orders, (run, order) => {
        const fold = new RunFold({ detailsOf: 'running' });
        for (const event of interleave(run, picker(order))) fold.onEvent(event);

        const hosts = fold.run.plays.flatMap((folded) => folded.hosts);
        expect(hosts.filter(({ state }) => state !== 'ended')).toEqual([]);
        expect(
          hosts.flatMap(({ tasks, phases, forecasts, changes }) => [
            ...tasks,
            ...phases,
            ...forecasts,
            ...changes,
          ]),
        ).toEqual([]);
      }),
    );
  });
});
