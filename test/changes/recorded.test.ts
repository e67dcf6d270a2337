import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ensureAddress,
  ensureBond,
  ensureBridge,
  ensureFile,
  ensureKernelModule,
  ensureLines,
  ensurePackage,
  ensureService,
  ensureSysctl,
  ensureVlan,
} from '../../src/index.ts';
import { isKvmplayError, type PlanError } from '../../src/errors.ts';
import type { Change } from '../../src/model/change.ts';
import { describeChange } from '../../src/changes/index.ts';
import type { FactSet } from '../../src/model/fact.ts';
import { factsOf, type Task } from '../../src/model/task.ts';
import { type NetworkAnswers, networkFacts } from '../../src/tasks/network/network-facts.ts';
import { inverseChanges, redoChanges } from '../../src/changes/recorded.ts';
import { bond, ethernet, fakeHost, type FakeHost, vlan, type FakeHostOptions } from '../../src/testing.ts';
import { answersOf, type BareHost, bareHost } from '../laws/host-arbitrary.ts';
import { lawRuns } from '../laws/law-runs.ts';
import { arbitrary as addressInput } from '../tasks/ensure-address.arbitrary.ts';
import { arbitrary as bondInput } from '../tasks/ensure-bond.arbitrary.ts';
import { arbitrary as bridgeInput } from '../tasks/ensure-bridge.arbitrary.ts';
import { arbitrary as vlanInput } from '../tasks/ensure-vlan.arbitrary.ts';

const options = { name: 'undo', origin: 'run 7' };

const tasks = { ensureAddress, ensureBond, ensureBridge, ensureVlan };

interface Step {
  readonly task: keyof typeof tasks;
  readonly input: unknown;
}

function stepOf(task: Step['task'], input: fc.Arbitrary<unknown>): fc.Arbitrary<Step> {
  return input.map((value) => ({ task, input: value }));
}

const step = fc.oneof(
  stepOf('ensureAddress', addressInput),
  stepOf('ensureBond', bondInput),
  stepOf('ensureBridge', bridgeInput),
  stepOf('ensureVlan', vlanInput),
);

interface Situation {
  readonly start: BareHost;
  /** Of earlier runs. */
  readonly earlier: readonly Step[];
  /** Of the run that is looked at. */
  readonly steps: readonly Step[];
}

const situation: fc.Arbitrary<Situation> = fc.record(
  {
    start: bareHost,
    earlier: fc.array(step, { maxLength: 4 }),
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  },
  { noNullPrototype: true },
);

interface Run {
  readonly before: NetworkAnswers;
  readonly changes: readonly Change[];
  readonly after: NetworkAnswers;
}

function runOf({ start, earlier, steps }: Situation): Run {
  const before = perform(answersOf(start), earlier).facts;
  const { facts, changes } = perform(before, steps);
  return { before, changes, after: facts };
}

function perform(
  start: NetworkAnswers,
  steps: readonly Step[],
): { readonly facts: NetworkAnswers; readonly changes: readonly Change[] } {
  let facts = start;
  const changes: Change[] = [];
  for (const one of steps) {
    const planned = tryPlan(one, facts);
    changes.push(...planned);
    facts = fold(facts, planned);
  }
  return { facts, changes };
}

/** Nothing where the task refuses. */
function tryPlan({ task: name, input }: Step, facts: NetworkAnswers): readonly Change[] {
  const task = tasks[name].task as unknown as Task<unknown, FactSet, unknown>;
  try {
    return task.plan(task.validate(input), facts, { name: 'kvm1' }).changes;
  } catch (error) {
    if (isKvmplayError(error) && ['KVMPLAY_PLAN', 'KVMPLAY_TASK_INPUT'].includes(error.code)) return [];
    throw error;
  }
}

function fold(start: NetworkAnswers, changes: readonly Change[]): NetworkAnswers {
  const answers: Readonly<Record<string, unknown>> = { ...start };
  return Object.fromEntries(
    Object.entries(networkFacts as FactSet).map(([key, fact]) => [
      key,
      changes.reduce((value, change) => fact.after(value, change), answers[key]),
    ]),
  ) as NetworkAnswers;
}

function plan(changes: readonly Change[], facts: NetworkAnswers): readonly string[] {
  const redo = redoChanges(changes, options);
  const { modules } = facts.platform;
  const answers = Object.keys(factsOf(redo, undefined)).map((name): [string, unknown] => {
    const [kind = '', subject = ''] = name.split(' ');
    if (kind === 'files') return [name, facts['ifcfg.files']];
    if (kind !== 'module') return [name, facts[kind as 'links']];
    const state = modules[subject as 'bonding'] === 'present' ? 'loaded' : 'loadable';
    return [name, { state, parameters: {}, uses: 0, links: [] }];
  });
  type Facts = Parameters<typeof redo.plan>[1];
  return redo
    .plan(undefined, Object.fromEntries(answers) as Facts, { name: 'kvm1' })
    .changes.map(describeChange);
}

const runs = lawRuns(60);

/** A host on which a bridge was made, and its undo. */
async function bridged(): Promise<{ readonly host: FakeHost; readonly undo: readonly Change[] }> {
  const host = fakeHost({ links: [ethernet('eno4'), ethernet('eno5', { up: true })] });
  await ensureBridge(host, { name: 'br7', ports: ['eno4'], mtu: 1400, addresses: ['10.0.7.1/24'] });
  return { host, undo: inverseChanges([...host.changes]) };
}

async function redo(host: FakeHost, changes: readonly Change[]): Promise<readonly string[]> {
  const { changes: done } = await host.perform(redoChanges(changes, options), undefined);
  return done.map(describeChange);
}

describe('redoChanges › on a fake host', () => {
  it('leaves the host as it was', async () => {
    const { host, undo } = await bridged();

    await redo(host, undo);

    expect([...host.links.keys()]).toEqual(['lo', 'eno4', 'eno5']);
    expect(host.addresses).toEqual([]);
    expect(host.files).toEqual(new Map());
    expect(await redo(host, undo)).toEqual([]);
  });

  it('takes back what a VLAN went down for', async () => {
    const links = [bond('bond1', 'active-backup'), vlan('bond1', 10), vlan('bond1', 11, { up: false })];
    const host = fakeHost({ links });
    await ensureBond(host, { name: 'bond1', mode: 'balance-rr' });
    const undo = inverseChanges([...host.changes]);

    const done = await redo(host, undo);

    expect(done.filter((line) => line.includes('bond1.'))).toEqual([
      '~ bond1.11 keeps down',
      '~ bond1.10 up → down',
      '~ bond1.11 keeps down',
      '~ bond1.10 down → up',
    ]);
    expect(host.links.get('bond1')).toMatchObject({ up: true, options: { mode: 'active-backup' } });
    expect(host.links.get('bond1.10')).toEqual(links[1]);
    expect(host.links.get('bond1.11')).toEqual(links[2]);
    expect(await redo(host, undo)).toEqual([]);
  });

  it.each<[string, (host: FakeHost) => Promise<unknown>, string]>([
    ['another MTU', (host) => ensureBridge(host, { name: 'br7', mtu: 1300 }), 'mtu of br7 is 1300, not 1400'],
    [
      'another option',
      (host) => ensureBridge(host, { name: 'br7', priority: 4096 }),
      'content of file /etc/sysconfig/network-scripts/ifcfg-br7 differs',
    ],
    ['a further port', (host) => ensureBridge(host, { name: 'br7', ports: ['eno5'] }), 'br7 got port eno5'],
    [
      'another address',
      (host) => ensureAddress(host, { link: 'br7', addresses: ['10.0.7.2/24'] }),
      'br7 got address 10.0.7.2/24',
    ],
  ])('refuses %s, and names it', async (_, alter, problem) => {
    const { host, undo } = await bridged();
    await alter(host);
    const before = host.changes.length;

    const error: unknown = await redo(host, undo).catch((reason: unknown) => reason);

    const { message, details } = error as PlanError;
    expect([message, ...details].join('\n')).toContain(problem);
    expect(message).toMatch(/^kvm1 has drifted from run 7: /);
    expect(host.changes).toHaveLength(before);
  });
});

/** A task that is to be undone, what its host has, and what the undo does. */
type Undone = [string, FakeHostOptions, (host: FakeHost) => Promise<unknown>, readonly string[]];

const conf = '/etc/x.conf';
const theirs = { content: 'old\n', mode: 0o640, owner: 'qemu', group: 'kvm' };

const undone: readonly Undone[] = [
  [
    'a file that was made',
    {},
    (host) => ensureFile(host, { path: conf, content: 'new\n', mode: '0600', owner: 'qemu' }),
    [`- file ${conf}`],
  ],
  [
    'content, owner and mode of a file',
    { files: { [conf]: theirs } },
    (host) => ensureFile(host, { path: conf, content: 'new\n', mode: '0600', owner: 'root' }),
    [`~ file ${conf} mode 0600 → 0640, owner root → qemu`, `~ file ${conf}`],
  ],
  [
    'a file that was removed',
    { files: { [conf]: theirs } },
    (host) => ensureFile(host, { path: conf, state: 'absent' }),
    [`+ file ${conf} mode 0640 owner qemu group kvm`],
  ],
  [
    'lines',
    { files: { [conf]: theirs } },
    (host) => ensureLines(host, { path: conf, lines: ['new'] }),
    [`~ file ${conf}`],
  ],
  [
    'a setting',
    {},
    (host) => ensureSysctl(host, { key: 'vm.swappiness', value: 10 }),
    ['- file /etc/sysctl.d/60-kvmplay.conf', '~ sysctl vm.swappiness 10 → 60'],
  ],
  [
    'a service',
    { services: { chronyd: { running: false, enabled: false } } },
    (host) => ensureService(host, { name: 'chronyd' }),
    ['~ service chronyd running → stopped, enabled → disabled'],
  ],
  [
    'the files of a module, which stays loaded',
    {},
    (host) => ensureKernelModule(host, { name: 'br_netfilter' }),
    ['- file /etc/modules-load.d/br_netfilter.conf'],
  ],
  [
    'what came with a package, which stays',
    {},
    async (host) => {
      await ensurePackage(host, { name: 'chrony' });
      await ensureFile(host, { path: conf, content: 'new\n' });
    },
    [`- file ${conf}`],
  ],
];

describe('redoChanges › after generic tasks', () => {
  it.each(undone)('takes back %s, once', async (_, start, perform, expected) => {
    const host = fakeHost(start);
    await perform(host);
    const undo = inverseChanges([...host.changes]);

    expect(await redo(host, undo)).toEqual(expected);
    expect(await redo(host, undo)).toEqual([]);
    expect(Object.fromEntries(host.files)).toEqual(Object.fromEntries(fakeHost(start).files));
  });

  it.each<[string, FakeHostOptions, (host: FakeHost) => Promise<unknown>, object, string]>([
    [
      'a file that somebody wrote',
      {},
      (host) => ensureFile(host, { path: conf, content: 'new\n' }),
      { files: { [conf]: 'secret of somebody\n' } },
      `kvm1 has drifted from run 7: content of file ${conf} differs`,
    ],
    [
      'a mode that somebody set',
      { files: { [conf]: theirs } },
      (host) => ensureFile(host, { path: conf, content: 'old\n', mode: '0600' }),
      { files: { [conf]: { ...theirs, mode: 0o644 } } },
      `kvm1 has drifted from run 7: mode of ${conf} is 0644, not 0600`,
    ],
    [
      'a setting that somebody made',
      { files: { '/etc/sysctl.d/60-kvmplay.conf': 'vm.swappiness = 10\n' } },
      (host) => ensureSysctl(host, { key: 'vm.swappiness', value: 10 }),
      { sysctls: { 'vm.swappiness': '30' } },
      'kvm1 has drifted from run 7: sysctl vm.swappiness is 30, not 10',
    ],
  ])('refuses %s since', async (_, start, perform, now, sentence) => {
    const host = fakeHost(start);
    await perform(host);
    const undo = inverseChanges([...host.changes]);

    await expect(redo(fakeHost({ ...start, ...now }), undo)).rejects.toThrow(sentence);
  });
});

describe('redoChanges', () => {
  it('does all on a host as before, and nothing on one as after', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const { before, changes, after } = runOf(given);
        fc.pre(changes.some(({ kind }) => kind !== 'module.load'));

        expect(plan(changes, after)).toEqual([]);
        expect([0, changes.length]).toContain(plan(changes, before).length);
      }),
      runs,
    );
  });

  it('undoes what was done, and has nothing to undo a second time', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const { changes, after } = runOf(given);
        const undo = inverseChanges(changes);
        fc.pre(undo.length > 0);

        const planned = plan(undo, after);

        expect(planned.length === 0 || planned.length === undo.length).toBe(true);
        expect(plan(undo, fold(after, undo))).toEqual([]);
      }),
      runs,
    );
  });
});
