import fc from 'fast-check';
import type { HostOutcome, OfHost, RunEvent, RunEventBody } from '../../../src/engine/events.ts';
import type { Change } from '../../../src/model/change.ts';

/** A run whose hosts run side by side: steps follow each other, the lists of one step may be mixed. */
export interface RandomRun {
  readonly steps: readonly (readonly (readonly RunEvent[])[])[];
}

const names = ['kvm1', 'kvm2', 'kvm3', 'kvm4', 'kvm5'] as const;

const hostRun = fc.record({
  host: fc.constantFrom(...names),
  outcome: fc.constantFrom<HostOutcome>('ok', 'changed', 'failed', 'unreachable', 'skipped'),
  tasks: fc.array(fc.constantFrom('ok', 'changed', 'failed', 'skipped'), { maxLength: 3 }),
  undo: fc.constantFrom('none', 'proved', 'failed', 'kept'),
  wave: fc.nat(1),
});

type HostRun = typeof hostRun extends fc.Arbitrary<infer T> ? T : never;

const playRun = fc.record({
  name: fc.constantFrom('bond6', 'vlans'),
  hasWaves: fc.boolean(),
  hosts: fc.uniqueArray(hostRun, { selector: ({ host }) => host }),
});

type PlayRun = typeof playRun extends fc.Arbitrary<infer T> ? T : never;

/** Runs of several plays, also of one name, with hosts in more than one of them. */
export const randomRun: fc.Arbitrary<RandomRun> = fc
  .array(playRun, { minLength: 1, maxLength: 3 })
  .map((plays) => ({ steps: numbered(toSteps(plays)) }));

/** The events in one of the orders in which they may be heard; `choose` picks the list that comes next. */
export function interleave({ steps }: RandomRun, choose: (lists: number) => number): readonly RunEvent[] {
  return steps.flatMap((lists) => {
    const waiting = lists.filter(({ length }) => length > 0).map((list) => [...list]);
    const heard: RunEvent[] = [];
    while (waiting.length > 0) {
      const at = choose(waiting.length);
      const event = waiting[at]?.shift();
      if (event !== undefined) heard.push(event);
      if (waiting[at]?.length === 0) waiting.splice(at, 1);
    }
    return heard;
  });
}

type Steps = readonly (readonly (readonly RunEventBody[])[])[];

function toSteps(plays: readonly PlayRun[]): Steps {
  return [
    [[{ type: 'run.start', checkMode: false, plays: plays.map(({ name }) => name) }]],
    ...plays.flatMap(playSteps),
    [[{ type: 'run.end', summary: { checkMode: false, hosts: [], reporterErrors: [] } }]],
  ];
}

function playSteps({ name: play, hasWaves, hosts }: PlayRun, playIndex: number): Steps {
  const of = { play, playIndex };
  const members = hosts.map(({ host }) => host);
  const waves = [0, 1].map((number) => hosts.filter(({ wave }) => wave === number));
  const announced = waves.map(({ length }, index) => ({ wave: `wave ${index + 1} of 2`, hosts: length }));
  const runs = hasWaves
    ? waves.flatMap((wave, index): Steps => {
        const at = { ...of, wave: `wave ${index + 1} of 2` };
        return [
          [[{ type: 'wave.start', ...at, hosts: wave.map(({ host }) => host) }]],
          wave.map((run) => hostEvents(run, { ...of, host: run.host })),
          wave.map((run) => undoEvents(run, { ...of, host: run.host })),
          [
            [
              {
                type: 'wave.end',
                ...at,
                hosts: { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0 },
              },
            ],
          ],
          [[{ type: 'wave.soak', ...at, seconds: 5 }]],
        ];
      })
    : [hosts.map((run) => hostEvents(run, { ...of, host: run.host }))];
  return [
    [[{ type: 'play.start', ...of, hosts: members, ...(hasWaves && { waves: announced }) }]],
    ...runs,
    [[{ type: 'play.end', ...of }]],
  ];
}

const costs = { connections: 1, execs: 2, milliseconds: 300 };

function hostEvents({ outcome, tasks }: HostRun, of: OfHost): readonly RunEventBody[] {
  if (outcome === 'skipped') return [{ type: 'host.end', ...of, outcome, ...costs }];
  const changes = tasks.map((task, index): readonly Change[] =>
    task === 'changed'
      ? [{ kind: 'module.load', name: `${of.host}-${of.playIndex}-${index}`, parameters: {} }]
      : [],
  );
  return [
    { type: 'host.start', ...of },
    { type: 'host.phase', ...of, phase: 'survey' },
    { type: 'host.phase', ...of, phase: 'command' },
    ...tasks.map(
      (_, index) =>
        ({ type: 'task.start', ...of, index, task: 'ensureBond', subject: `bond${index}` }) as const,
    ),
    ...changes.flat().map((change) => ({ type: 'change.done', ...of, change }) as const),
    ...tasks.map(
      (taskOutcome, index) =>
        ({
          type: 'task.end',
          ...of,
          index,
          task: 'ensureBond',
          subject: `bond${index}`,
          outcome: taskOutcome,
          rolledBack: false,
          changes: changes[index] ?? [],
          warnings: [],
        }) as const,
    ),
    { type: 'host.end', ...of, outcome, ...costs },
  ];
}

function undoEvents({ outcome, undo }: HostRun, of: OfHost): readonly RunEventBody[] {
  if (undo === 'none' || outcome === 'skipped') return [];
  const error = { code: 'KVMPLAY_UNDONE', message: 'undone' };
  const end = { type: 'host.undone', ...of, ...costs, result: undo, outcome: 'skipped', error } as const;
  return undo === 'kept' ? [end] : [{ type: 'host.phase', ...of, phase: 'survey' }, end];
}

/** Numbers the events and gives each a time of its own. */
function numbered(steps: Steps): RandomRun['steps'] {
  let seq = 0;
  return steps.map((lists) =>
    lists.map((list) =>
      list.map((body) => {
        seq += 1;
        return { seq, at: 1_700_000_000_000 + seq, ...body };
      }),
    ),
  );
}
