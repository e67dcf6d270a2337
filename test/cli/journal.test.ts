import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runCli } from '../../src/cli/cli.ts';
import { headerOf } from '../../src/cli/journal/header.ts';
import { journalReporter } from '../../src/cli/journal/journal.ts';
import { versionOfKvmplay } from '../../src/cli/version.ts';
import type { HostOutcome, HostUndone, OfHost, RunEvent, RunEventBody } from '../../src/engine/events.ts';
import { fakeIo, type FakeIo } from './fake-io.ts';

// Commands load all that runs need.
jest.setTimeout(30_000);

const version = versionOfKvmplay();
const folder = mkdtempSync(join(tmpdir(), 'kvmplay-journal-'));
const runs = join(folder, 'kvmplay', 'runs');
const file = join(folder, 'ifcfg-br7');
const hosts = join(folder, 'hosts.yml');
writeFileSync(hosts, 'all:\n  vars: { ansible_connection: local }\n  hosts:\n    kvm1:\n    kvm2:\n');

beforeEach(() => rmSync(join(folder, 'kvmplay'), { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function io(): FakeIo {
  return fakeIo({ env: { XDG_STATE_HOME: folder }, cwd: folder });
}

interface RecordOptions {
  readonly extraVars?: Readonly<Record<string, unknown>>;
  /** Bodies of events that follow the start of a play on kvm1 and kvm2. */
  readonly events?: readonly RunEventBody[];
}

/** Records a run as the command would; returns its id. */
function record({ extraVars = {}, events = [] }: RecordOptions = {}): string {
  const header = headerOf(
    {
      command: 'run',
      playbooks: ['br7.ts'],
      inventory: ['hosts.yml'],
      limit: undefined,
      extraVars,
      options: { forks: 7, 'private-key': 'key', resume: 'x' },
    },
    io(),
  );
  const reporter = journalReporter(header, io());
  const bodies: readonly RunEventBody[] = [
    { type: 'run.start', checkMode: false, plays: ['br7'] },
    { type: 'play.start', play: 'br7', playIndex: 0, hosts: ['kvm1', 'kvm2'] },
    ...events,
  ];
  bodies.forEach((body, index) => void reporter.onEvent({ seq: index + 1, at: 0, ...body }));
  return header.id;
}

const change = { kind: 'file.write', path: file, mode: 0o644, before: 'old\n', after: 'new\n' } as const;

const costs = { connections: 1, execs: 1, milliseconds: 5 };

function at(host: string): OfHost {
  return { play: 'br7', playIndex: 0, host };
}

function end(host: string, outcome: 'ok' | 'changed' | 'failed' | 'unreachable'): RunEventBody {
  return { type: 'host.end', ...at(host), outcome, ...costs };
}

const finished: RunEventBody = {
  type: 'run.end',
  summary: { checkMode: false, hosts: [], reporterErrors: [] },
};

/** A run that wrote the file on kvm1 and failed on kvm2. */
function recordWritten(): string {
  const done: RunEventBody = { type: 'change.done', ...at('kvm1'), change };
  return record({ events: [done, end('kvm1', 'changed'), end('kvm2', 'failed'), finished] });
}

describe('the journal', () => {
  it('is for its owner alone, and tells neither secrets nor the command line', () => {
    const id = record({ extraVars: { vlan: 10, db_password: 'geheim', nested: { token: 'geheim' } } });

    const path = join(runs, `${id}.jsonl`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(runs).mode & 0o777).toBe(0o700);
    expect(readFileSync(path, 'utf8')).not.toContain('geheim');
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '')).toMatchObject({
      id,
      playbooks: [join(folder, 'br7.ts')],
      inventory: [hosts],
      extraVars: { vlan: 10 },
      leftOut: ['db_password', 'nested'],
      options: { forks: 7, 'private-key': join(folder, 'key') },
    });
  });

  it('keeps the newest 200 runs', () => {
    mkdirSync(runs, { recursive: true });
    for (let number = 100; number < 400; number += 1) {
      writeFileSync(join(runs, `20200101-000000-00${number}.jsonl`), '');
    }

    const id = record();

    const left = readdirSync(runs).sort();
    expect(left).toHaveLength(200);
    expect(left.at(-1)).toBe(`${id}.jsonl`);
    expect(left[0]).toBe('20200101-000000-00201.jsonl');
  });

  it('warns once when it cannot be written', () => {
    writeFileSync(join(folder, 'kvmplay'), 'a file in the way');
    const seen = io();
    const header = headerOf(
      { command: 'run', playbooks: [], inventory: [], limit: undefined, extraVars: {}, options: {} },
      seen,
    );

    const reporter = journalReporter(header, seen);
    void reporter.onEvent({ seq: 1, at: 0, ...finished });
    void reporter.onEvent({ seq: 2, at: 0, ...finished });

    expect(seen.written.stderr).toBe(
      `kvmplay: this run is not recorded, it cannot be undone: ${join(runs, header.id)}.jsonl cannot be written: not a directory\n`,
    );
  });
});

describe('kvmplay runs', () => {
  it('lists what came of runs, also of one that was killed in the middle of a line', async () => {
    const first = recordWritten();
    const second = record({ events: [end('kvm1', 'ok')] });
    writeFileSync(join(runs, `${second}.jsonl`), '{"seq":9,"at', { flag: 'a' });
    const seen = io();

    expect(await runCli(['runs', '--json'], seen)).toBe(0);

    expect(JSON.parse(seen.written.stdout)).toMatchObject([
      { id: first, state: 'finished', hosts: { changed: 1, failed: 1 } },
      { id: second, state: 'interrupted', hosts: { ok: 1, unfinished: 1 } },
    ]);
  });
});

/** A host of a wave that was taken back, or not. */
function undone(host: string, result: HostUndone['result'], outcome: HostOutcome): RunEventBody {
  const error = { code: 'KVMPLAY_UNDONE', message: 'undone' };
  return { type: 'host.undone', ...at(host), ...costs, result, outcome, error };
}

/** Hosts by outcome, as `kvmplay runs` counts them in the last run. */
async function countedHosts(): Promise<unknown> {
  const seen = io();
  expect(await runCli(['runs', '--json'], seen)).toBe(0);
  const listed = JSON.parse(seen.written.stdout) as readonly { readonly hosts: unknown }[];
  return listed.at(-1)?.hosts;
}

describe('the record of a run whose wave was taken back', () => {
  const done: RunEventBody = { type: 'change.done', ...at('kvm1'), change };

  it('has hosts come out as the summary has them', async () => {
    record({
      events: [
        done,
        end('kvm1', 'changed'),
        end('kvm2', 'failed'),
        undone('kvm1', 'failed', 'unreachable'),
        undone('kvm2', 'proved', 'failed'),
        finished,
      ],
    });

    expect(await countedHosts()).toEqual({ unreachable: 1, failed: 1 });
  });

  it('is understood when an older kvmplay wrote it, without numbers of plays', async () => {
    const id = record({
      events: [
        done,
        end('kvm1', 'changed'),
        end('kvm2', 'changed'),
        undone('kvm2', 'proved', 'skipped'),
        finished,
      ],
    });
    const path = join(runs, `${id}.jsonl`);
    const older = readFileSync(path, 'utf8')
      .replaceAll('"playIndex":0,', '')
      .replaceAll(
        /,"connections":1,"execs":1,"milliseconds":5,"result":"proved","outcome":"skipped"/g,
        ',"result":"proved"',
      );
    writeFileSync(path, older);

    expect(older).not.toMatch(/playIndex|"result":"proved","outcome"/);
    expect(await countedHosts()).toEqual({ changed: 1, skipped: 1 });
  });
});

/** A run that a newer kvmplay recorded. */
function recordByNewer(foreign: object): string {
  const id = record({ events: [end('kvm1', 'changed'), finished] });
  const path = join(runs, `${id}.jsonl`);
  const [header = '', start = '', played = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  const done = {
    seq: 3,
    at: 0,
    type: 'change.done',
    play: 'br7',
    playIndex: 0,
    host: 'kvm1',
    change: foreign,
  };
  const newer = JSON.stringify({ ...(JSON.parse(header) as object), version: '7.0.0' });
  writeFileSync(path, [newer, start, played, JSON.stringify(done), ...rest].join('\n'));
  return id;
}

describe('a run that a newer kvmplay recorded', () => {
  const cases: [string, object, string][] = [
    ['an unknown kind of change', { kind: 'tunnel.create', name: 'gre1' }, 'kind tunnel.create'],
    ['an unknown member of a change', { ...change, immutable: true }, 'immutable of kind file.write'],
    [
      'an unknown member of a part of a change',
      {
        kind: 'link.create',
        link: { name: 'br7', kind: 'bridge', up: true, mtu: 1500, mac: '', macPinned: false, vni: 7 },
      },
      'link.vni of kind link.create',
    ],
  ];

  it.each(cases)('is listed with %s', async (_, foreign, unknown) => {
    const id = recordByNewer(foreign);
    const seen = io();

    expect(await runCli(['runs', '--json'], seen)).toBe(0);

    expect(JSON.parse(seen.written.stdout)).toMatchObject([
      { id, state: 'finished', version: '7.0.0', unknown: [unknown], hosts: { changed: 1 } },
    ]);
  });

  it.each(cases)(
    'is not undone with %s, which is named with the version that wrote it',
    async (_, foreign, unknown) => {
      const id = recordByNewer(foreign);
      const seen = io();

      expect(await runCli(['undo', id, '--check'], seen)).toBe(1);

      expect(seen.written.stderr).toBe(
        `kvmplay: run ${id} holds a change of kvm1 that this kvmplay ${version} does not know: ${unknown}; kvmplay 7.0.0 recorded it and can undo it\n`,
      );
    },
  );

  it('is told for people, too', async () => {
    recordByNewer({ kind: 'tunnel.create' });
    const seen = io();

    expect(await runCli(['runs'], seen)).toBe(0);

    expect(seen.written.stdout).toContain('finished, with changes that only kvmplay 7.0.0 knows');
  });
});

describe('a record that is damaged', () => {
  it.each([
    ['no header', '{}\n{}\n', 'line 1'],
    ['a line that is no JSON', undefined, 'line 2'],
    ['a known change with a wrong value', '', 'line 4'],
    ['nothing at all', '\n', 'line 1'],
  ])('with %s is one sentence, and the list goes on', async (_, text, line) => {
    const broken = recordByNewer({ ...change, mode: text === '' ? 'rw' : 0o644 });
    const path = join(runs, `${broken}.jsonl`);
    if (text === undefined) writeFileSync(path, readFileSync(path, 'utf8').replace('\n{', '\n%'));
    else if (text !== '') writeFileSync(path, text);
    const whole = recordWritten();
    const seen = io();

    expect(await runCli(['runs', '--json'], seen)).toBe(0);

    expect(JSON.parse(seen.written.stdout)).toMatchObject([{ id: whole }]);
    expect(seen.written.stderr).toBe(`kvmplay: ${line} of ${path} is not that of a record of kvmplay\n`);
  });

  it('of another format names the version that wrote it', async () => {
    const id = recordByNewer(change);
    const path = join(runs, `${id}.jsonl`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"format":1', '"format":2'));
    const seen = io();

    expect(await runCli(['runs'], seen)).toBe(0);

    expect(seen.written.stderr).toBe(
      `kvmplay: ${path} has the format 2 of kvmplay 7.0.0, and this kvmplay ${version} reads format 1\n`,
    );
  });
});

describe('kvmplay undo', () => {
  it.each([
    ['finds what the run left: it would be undone', 'new\n', { kvm1: 'changed' }],
    ['finds what was before the run: there is nothing to do', 'old\n', { kvm1: 'ok' }],
    ['refuses what somebody has written since', 'other\n', { kvm1: 'failed' }],
  ])('%s', async (_, content, outcomes) => {
    recordWritten();
    writeFileSync(file, content);
    const seen = io();

    const code = await runCli(['undo', 'last', '--check', '--output', 'jsonl'], seen);

    expect(code).toBe(content === 'other\n' ? 2 : 0);
    const events = seen.written.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    const ends = events.flatMap((event) => (event.type === 'host.end' ? [event] : []));
    expect(Object.fromEntries(ends.map(({ host, outcome }) => [host, outcome]))).toEqual(outcomes);
    if (code === 2) expect(ends[0]?.error?.message).toContain(`content of file ${file} differs`);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('has nothing to do where nothing was changed, or a wave was taken back already', async () => {
    const done: RunEventBody = { type: 'change.done', ...at('kvm1'), change };
    const id = record({
      events: [
        done,
        end('kvm1', 'changed'),
        undone('kvm1', 'proved', 'skipped'),
        end('kvm2', 'failed'),
        finished,
      ],
    });
    const seen = io();

    expect(await runCli(['undo', id], seen)).toBe(0);

    expect(seen.written.stdout).toBe(`Nothing to do: run ${id} changed no host.\n`);
  });

  it.each([
    ['an unknown run', ['undo', '1999'], 'there is no run 1999; kvmplay runs lists those there are'],
    [
      'hosts that are not there',
      ['undo', 'last', '-i', 'one.yml'],
      /^kvm1 of run \S+ is not in the inventory; no host was touched$/,
    ],
  ])('refuses %s', async (_, args, message) => {
    recordWritten();
    writeFileSync(join(folder, 'one.yml'), 'all:\n  hosts:\n    kvm2:\n');
    const words = args.map((word) => (word === 'one.yml' ? join(folder, word) : word));
    const seen = io();

    expect(await runCli(words, seen)).toBe(1);

    const said = seen.written.stderr.replace(/^kvmplay: /, '').trimEnd();
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});

describe('kvmplay run --resume', () => {
  it.each([
    ['without any run', ['--resume', 'last'], 'there is no run last: none is recorded in '],
    ['with --only-failed', ['--resume', 'a', '--only-failed', 'b'], 'run should be called with one of '],
  ])('refuses %s', async (_, args, message) => {
    const seen = io();

    expect(await runCli(['run', ...args], seen)).toBe(1);

    expect(seen.written.stderr).toContain(message);
  });
});

describe('kvmplay apply', () => {
  const plan = (changes: readonly unknown[], more: object = {}): string =>
    JSON.stringify({
      kvmplay: 'plan',
      format: 1,
      version: '7.0.0',
      madeAt: '2026-01-01T00:00:00Z',
      plays: [{ name: 'br7', probes: [], hosts: [{ host: 'kvm1', changes }] }],
      ...more,
    });

  it.each([
    ['what is no JSON', 'plan', 'plan.json is not JSON, and should be a plan that kvmplay plan wrote'],
    ['another format', plan([], { format: 2 }), 'plan.json is not a plan of this kvmplay: format: '],
    [
      'a change it does not know',
      plan([{ kind: 'disk.format' }]),
      `plan.json is not a plan of this kvmplay: plays[0].hosts[0].changes[0].kind: there is no kind disk.format; kvmplay 7.0.0 wrote it, and this is ${version}`,
    ],
    [
      'a member of a change that it does not know',
      plan([{ ...change, immutable: true }]),
      `plan.json is not a plan of this kvmplay: plays[0].hosts[0].changes[0]: Unrecognized key: "immutable"; kvmplay 7.0.0 wrote it, and this is ${version}`,
    ],
    [
      'a change with something missing',
      plan([{ ...change, after: undefined }]),
      'plan.json is not a plan of this kvmplay: plays[0].hosts[0].changes[0].after: ',
    ],
  ])('refuses %s', async (_, text, message) => {
    writeFileSync(join(folder, 'plan.json'), text);
    const seen = io();

    expect(await runCli(['apply', 'plan.json', '-i', hosts], seen)).toBe(1);

    expect(seen.written.stderr).toContain(`kvmplay: ${message}`);
  });

  it.each([
    ['would change a host that is as planned', 'old\n', 0, 'would change'],
    ['is ok with a host that has it already', 'new\n', 0, 'ok'],
    [
      'refuses a host that has drifted',
      'other\n',
      2,
      `kvm1 has drifted from plan.json: content of file ${file}`,
    ],
  ])('%s', async (_, content, code, said) => {
    writeFileSync(file, content);
    writeFileSync(join(folder, 'plan.json'), plan([change]));
    const seen = io();

    expect(await runCli(['apply', 'plan.json', '-i', hosts, '--check'], seen)).toBe(code);

    expect(seen.written.stdout).toContain(said);
  });
});
