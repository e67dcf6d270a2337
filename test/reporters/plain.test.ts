import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/engine/events.ts';
import { plainReporter } from '../../src/reporters/plain.ts';
import type { PlainOptions } from '../../src/reporters/plain.ts';
import { expectGolden } from './golden.ts';
import { changed, idle, lostInTask, notRolledBack, rolledBack, unreachable } from './hosts.ts';
import { end, forecast, hostRun, run, task, toUndone, toEvents } from './scripted-run.ts';

/** What a user sees of a run; events are told without waiting, as the engine does. */
async function report(events: readonly RunEvent[], options: Partial<PlainOptions> = {}): Promise<string> {
  const texts: string[] = [];
  const reporter = plainReporter({
    write: (text) => texts.push(text),
    colour: false,
    diff: false,
    verbose: 0,
    ...options,
  });
  await Promise.all(events.map(async (event) => reporter.onEvent(event)));
  return texts.join('');
}

const inPhases = changed.toSpliced(
  2,
  0,
  ...(['survey', 'plan', 'command', 'survey', 'apply', 'verify', 'commit'] as const).map(
    (phase) => ({ type: 'host.phase', play: 'bond6', playIndex: 0, host: 'kvm1', phase }) as const,
  ),
);

const foretold = hostRun(
  [task('kvm8', 0, { outcome: 'changed' })],
  end('kvm8', { outcome: 'changed' }),
).toSpliced(
  2,
  0,
  forecast('kvm8', {
    disruption: 'outage',
    seconds: 30,
    reasons: ['STP of br6 is turned on', 'br6 goes down and up'],
    touchesSsh: true,
    guests: Array.from({ length: 10 }, (_, index) => `vnet${index}`),
    cascades: ['br6.10 goes with br6'],
    irreversible: ['+ module bonding'],
  }),
);
const undisturbed = hostRun(
  [task('kvm9', 0, { outcome: 'changed' })],
  end('kvm9', { outcome: 'changed' }),
).toSpliced(2, 0, forecast('kvm9'));
const lasting = hostRun(
  [task('kvm10', 0, { outcome: 'skipped' })],
  end('kvm10', {
    outcome: 'failed',
    error: {
      code: 'KVMPLAY_PLAN',
      message:
        'the disruption of kvm10 would be outage until undone (br6 goes down), it should be at most blip',
    },
  }),
).toSpliced(2, 0, forecast('kvm10', { disruption: 'outage', reasons: ['br6 goes down'], touchesSsh: false }));

const withoutTasks = hostRun([], end('kvm6'));

const reason = 'canary kvm6 is unreachable';
const undone = { code: 'KVMPLAY_UNDONE', message: `undone: ${reason}` };
const notUndone = {
  code: 'KVMPLAY_NOT_UNDONE',
  message: 'not undone: br6 of kvm2 got port vnet3 since then',
  details: ['stays: + module bonding'],
};
const skipped = { code: 'KVMPLAY_BUDGET', message: reason };
const waves = [
  { wave: 'canary', hosts: 4 },
  { wave: 'wave 1 of 2', hosts: 1 },
  { wave: 'wave 2 of 2', hosts: 3 },
];
const ends = [
  end('kvm1', { outcome: 'skipped', rollback: 'proved', error: undone }),
  end('kvm2', { outcome: 'failed', rollback: 'failed', error: notUndone }),
  end('kvm3', {
    outcome: 'changed',
    error: { code: 'KVMPLAY_NOT_UNDONE', message: 'not undone: cancelled' },
  }),
  end('kvm6', { outcome: 'unreachable', error: { code: 'KVMPLAY_UNREACHABLE', message: 'no answer' } }),
  end('kvm7', { outcome: 'skipped', error: skipped, connections: 0, execs: 0, milliseconds: 0 }),
];
const hosts = ends.map(({ host }) => host);
const rolledOut = toEvents([
  { type: 'run.start', checkMode: false, plays: ['bond6'] },
  { type: 'play.start', play: 'bond6', playIndex: 0, hosts, waves },
  {
    type: 'wave.start',
    play: 'bond6',
    playIndex: 0,
    wave: 'canary',
    hosts: ['kvm1', 'kvm2', 'kvm3', 'kvm6'],
  },
  ...['kvm1', 'kvm2', 'kvm3'].flatMap((host) =>
    hostRun([task(host, 0, { outcome: 'changed' })], end(host, { outcome: 'changed' })),
  ),
  { type: 'wave.soak', play: 'bond6', playIndex: 0, wave: 'canary', seconds: 60 },
  ...ends.slice(3, 4),
  { type: 'budget.broken', play: 'bond6', playIndex: 0, wave: 'canary', failed: 1, allowed: 3, reason },
  ...ends.slice(0, 3).map(toUndone),
  {
    type: 'wave.end',
    play: 'bond6',
    playIndex: 0,
    wave: 'canary',
    hosts: { ok: 0, changed: 1, failed: 1, unreachable: 1, skipped: 1 },
  },
  ...ends.slice(4),
  { type: 'play.end', play: 'bond6', playIndex: 0 },
  {
    type: 'run.end',
    summary: {
      checkMode: false,
      hosts: ends.map(({ type: _, ...hostEnd }) => ({
        ...hostEnd,
        tasks: { ok: 0, changed: hostEnd.connections, failed: 0, skipped: 0 },
      })),
      stopped: { play: 'bond6', playIndex: 0, wave: 'canary', reason },
      reporterErrors: [],
    },
  },
]);
const rolloutToCome = toEvents([
  { type: 'run.start', checkMode: true, plays: ['bond6'] },
  { type: 'play.start', play: 'bond6', playIndex: 0, hosts, waves },
  { type: 'play.end', play: 'bond6', playIndex: 0 },
]);

/** WeakRefs let go only between two turns of the event loop. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await setTimeout(1);
  collect();
}

describe('plainReporter', () => {
  const everything = run({
    bond6: [changed, rolledBack, notRolledBack, unreachable, idle, lostInTask, withoutTasks],
  });

  it.each<[string, string, readonly RunEvent[], Partial<PlainOptions>]>([
    ['hosts of every outcome', 'every-outcome', everything, {}],
    ['what changes, and in files line by line', 'diff', run({ bond6: [changed] }), { diff: true }],
    [
      'check mode in words of what would be',
      'check-mode',
      run({ bond6: [changed, idle] }, { checkMode: true }),
      { diff: true },
    ],
    ['connections and execs when asked to be verbose', 'verbose', everything, { verbose: 1 }],
    ['phases and changes when asked twice', 'more-verbose', run({ bond6: [inPhases] }), { verbose: 2 }],
    [
      'the commands of changes when asked three times',
      'most-verbose',
      run({ bond6: [inPhases] }),
      { verbose: 3, diff: true },
    ],
    ['colours beside words', 'colour', everything, { colour: true, diff: true }],
    ['lines no longer than the terminal in the summary of failures', 'narrow', everything, { columns: 60 }],
    [
      'several plays, each with its recap',
      'two-plays',
      run({
        bond6: [idle, unreachable],
        vlans: [hostRun([], end('kvm5', { play: 'vlans', outcome: 'skipped' }))],
      }),
      {},
    ],
    [
      'plays of one name apart',
      'plays-of-one-name',
      run([
        ['bond6', [idle, rolledBack]],
        ['bond6', [idle, unreachable]],
      ]),
      {},
    ],
    ['what hosts are in for', 'forecast', run({ bond6: [foretold, undisturbed, lasting] }), {}],
    [
      'what hosts are in for, and why, in check mode',
      'forecast-check-mode',
      run({ bond6: [foretold, undisturbed, lasting] }, { checkMode: true }),
      {},
    ],
    ['a play without hosts', 'no-hosts', run({ bond6: [] }), {}],
    ['waves, and why they came to an end', 'waves', rolledOut, { colour: true }],
    ['the waves that check mode would not wait for', 'waves-check-mode', rolloutToCome, {}],
  ])('reports %s', async (_, name, events, options) => {
    await expectGolden(name, await report(events, options));
  });

  it('says why a task was left out, and with -v alone that tags did it', async () => {
    const events = run({
      bond6: [
        hostRun(
          [
            task('kvm1', 0, { outcome: 'skipped', leftOutBy: 'tags', tags: ['bond'] }),
            task('kvm1', 1, { outcome: 'skipped', leftOutBy: 'step', subject: 'br7' }),
            task('kvm1', 2, { outcome: 'skipped', leftOutBy: 'check', task: 'waitFor', subject: '/run/x' }),
          ],
          end('kvm1'),
        ),
        hostRun([task('kvm2', 0, { outcome: 'skipped', leftOutBy: 'tags' })], end('kvm2')),
      ],
    });

    const lines = async (verbose: number): Promise<readonly string[]> =>
      (await report(events, { verbose })).split('\n').filter((line) => line.startsWith('kvm'));

    expect(await lines(0)).toEqual([
      'kvm1  skipped  ensureBridge br7 (declined)',
      'kvm1  skipped  waitFor /run/x (in check mode)',
      'kvm2  ok  tags leave out all tasks',
    ]);
    expect(await lines(1)).toContain('kvm2  skipped  ensureBridge br6 (by tags)');
  });

  it('says the same with colours as without', async () => {
    const coloured = await report(everything, { colour: true, diff: true });

    expect(coloured.replaceAll(/\u001b\[[0-9]+m/g, '')).toBe(await report(everything, { diff: true }));
  });

  it('keeps the block of each host together when hosts run side by side', async () => {
    const one = hostRun([task('kvm1', 0), task('kvm1', 1, { subject: 'br7' })], end('kvm1'));
    const two = hostRun([task('kvm2', 0), task('kvm2', 1, { subject: 'br7' })], end('kvm2'));
    const sequence = run({ bond6: [one, two] });
    const isOf = (host: string) => (event: RunEvent) => 'host' in event && event.host === host;
    const [firsts, seconds] = [sequence.filter(isOf('kvm1')), sequence.filter(isOf('kvm2'))];
    const interleaved = [
      ...sequence.slice(0, 2),
      ...firsts.flatMap((event, index) => [event, seconds[index] ?? event]),
    ];

    expect((await report(interleaved)).split('\n')).toEqual([
      'play bond6: 2 hosts',
      'kvm1  ok       ensureBridge br6',
      'kvm1  ok       ensureBridge br7',
      'kvm2  ok       ensureBridge br6',
      'kvm2  ok       ensureBridge br7',
      '',
    ]);
  });

  it('lets no host paint the terminal', async () => {
    const error = { code: 'KVMPLAY_COMMAND', message: 'a\u001b[2Jb', details: ['c\rd', '\u0007\u009b1m'] };
    const text = await report(
      run({ bond6: [hostRun([task('kvm1', 0)], end('kvm1', { outcome: 'failed', error }))] }),
    );

    expect(text).toContain('a\\u001b[2Jb');
    expect(text).toContain('c\\u000dd');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('shows a rewritten file of any size without taking long', async () => {
    const lines = (word: string): string =>
      Array.from({ length: 5000 }, (_, index) => `${word}${index}\n`).join('');
    const change = {
      kind: 'file.write',
      path: '/etc/big',
      mode: 0o644,
      before: lines('a'),
      after: lines('b'),
    } as const;
    const host = hostRun([task('kvm1', 0, { outcome: 'changed', changes: [change] })], end('kvm1'));

    expect(await report(run({ bond6: [host] }), { diff: true })).toContain(
      'content differs in more than 2000 lines',
    );
  });

  it('names the hosts of a warning as the inventory has them, whichever was faster', async () => {
    const [start, playStart, ...rest] = run({
      bond6: ['kvm1', 'kvm2', 'kvm3'].map((host) =>
        hostRun([task(host, 0, { warnings: ['br6 runs no STP'] })], end(host)),
      ),
    }) as [RunEvent, RunEvent, ...RunEvent[]];
    const ofHosts = rest.slice(0, -2);

    const text = await report([start, playStart, ...ofHosts.toReversed(), ...rest.slice(-2)]);

    expect(text).toContain('\n  kvm1, kvm2, kvm3: br6 runs no STP\n');
  });

  it('forgets the changes of hosts that have ended', async () => {
    const reporter = plainReporter({ write: () => undefined, colour: false, diff: false, verbose: 0 });
    const [start, playStart] = run({ bond6: [changed] });
    await reporter.onEvent(start as RunEvent);
    await reporter.onEvent(playStart as RunEvent);
    const kept: WeakRef<object>[] = [];

    for (let index = 0; index < 50; index++) {
      const changes = [
        { kind: 'address.add', address: { link: 'eno3', address: `10.0.0.${index}/24` } },
      ] as const;
      kept.push(new WeakRef(changes));
      const events = hostRun([task(`kvm${index}`, 0, { changes })], end(`kvm${index}`));
      for (const event of events) {
        await reporter.onEvent({ seq: 1, at: 1, ...event });
      }
    }
    await collectGarbage();

    expect(kept.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(5);
  });
});

describe('a run whose process stood still', () => {
  it('is told of at the end', async () => {
    const events = run({ bond6: [idle] }).map((event) =>
      event.type === 'run.end' ? { ...event, summary: { ...event.summary, stalledSeconds: 9 } } : event,
    );

    expect(await report(events)).toContain('warning: kvmplay stood still for 9 s, since ');
  });
});
