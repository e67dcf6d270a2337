import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { playbookFolder, runProgram, stagePackage, type Ended } from './staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();
const folder = playbookFolder({
  'hosts.yml': 'all:\n  vars: { ansible_connection: local }\n  hosts: { kvm1: , kvm2: , kvm3: }\n',
  'site.ts': `import { play } from 'kvmplay';
import network from './network.ts';
import storage from './storage.ts';

export default [
  play({ name: 'first look', hosts: 'kvm1', async run(host) { await host.read('true'); } }),
  network,
  ...storage,
];\n`,
  // A list within a list: as one gets who forgets the dots.
  'network.ts': `import { command, play } from 'kvmplay';

export default [
  play({
    name: 'network',
    hosts: 'all:!kvm3',
    tags: ['net'],
    async run(host) {
      await command(host.tagged('bond'), { argv: ['printf', 'bond'] });
      await command(host, { argv: ['printf', host.name === 'kvm1' ? 'a' : 'b'] });
      await command(host.tagged('never', 'drop'), { argv: ['printf', 'drop'] });
    },
  }),
];\n`,
  'storage.ts': `import { command, play } from 'kvmplay';

export default [
  play({ name: 'disks', hosts: 'kvm3', async run(host) { await command(host, { argv: ['printf', 'disks'] }); } }),
  play({ name: 'broken', hosts: 'kvm2', async run(host) { await host.read('exit 3'); } }),
];\n`,
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kvmplay(...args: readonly string[]): Promise<Ended> {
  return runProgram([staged.main, ...args], { cwd: folder });
}

function run(...args: readonly string[]): Promise<Ended> {
  return kvmplay('run', 'site.ts', '-i', 'hosts.yml', '--no-type-check', ...args);
}

/** `kvm1 changed command printf bond`, sorted. */
function tasksIn(text: string): readonly string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<'type' | 'host' | 'outcome' | 'task' | 'subject', string>)
    .flatMap(({ type, host, outcome, task, subject }) =>
      type === 'task.end' && outcome !== 'skipped' ? [`${host} ${outcome} ${task} ${subject}`] : [],
    )
    .sort();
}

describe('kvmplay run with several plays', () => {
  it('prints the hosts of each, also of imported ones, and connects to none', async () => {
    expect(await run('--list-hosts')).toEqual({
      code: 0,
      stdout: `play first look: 1 host
  kvm1

play network: 2 hosts
  kvm1
  kvm2

play disks: 1 host
  kvm3

play broken: 1 host
  kvm2
`,
      stderr: '',
    });
    expect((await run('--list-hosts', '--play', 'network', '-l', 'kvm2')).stdout).toBe(
      'play network: 1 host\n  kvm2\n',
    );
  });

  it('prints tasks as check mode finds them, hosts that agree together, and which hosts have none', async () => {
    const { code, stdout, stderr } = await run('--list-tasks', '--list-tags');

    expect(stdout).toBe(`play first look: 1 host
  no tasks

play network: 2 hosts
  kvm1:
    command printf bond  tags: net, bond
    command printf a     tags: net
  kvm2:
    command printf bond  tags: net, bond
    command printf b     tags: net

play disks: 1 host
  command printf disks

play broken: 1 host
  no tasks

play first look: no tags
play network: bond, drop, net, never
play disks: no tags
play broken: no tags
`);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'kvmplay: kvm2: failed: `exit 3` ended with 3 on kvm2\n',
    });
  });

  it('runs only what --play, --tags and --skip-tags leave', async () => {
    const common = ['--output', 'jsonl'];
    const runs = [
      await run(...common, '--play', 'net*', '-t', 'bond'),
      await run(...common, '--play', 'network', '--play', 'disks', '--skip-tags', 'bond'),
      await run(...common, '--play', 'network', '-t', 'other,drop', '-l', 'kvm1'),
    ];

    expect(runs.map(({ code, stdout }) => [code, ...tasksIn(stdout)])).toEqual([
      [0, 'kvm1 changed command printf bond', 'kvm2 changed command printf bond'],
      [
        0,
        'kvm1 changed command printf a',
        'kvm2 changed command printf b',
        'kvm3 changed command printf disks',
      ],
      [0, 'kvm1 changed command printf drop'],
    ]);
    expect(runs.map(({ stderr }) => stderr)).toEqual([
      '',
      '',
      'kvmplay: no task of this run has tag other\n',
    ]);
  });

  it('resumes with the plays and tags of the first time', async () => {
    rmSync(join(folder, '.state'), { recursive: true, force: true });
    const first = await run('--output', 'jsonl', '--play', 'network', '--play', 'broken', '-t', 'bond');
    const resumed = await kvmplay('run', '--resume', 'last', '--output', 'jsonl');
    const records = join(folder, '.state', 'kvmplay', 'runs');
    const headers = readdirSync(records)
      .sort()
      .map((file) => JSON.parse(readFileSync(join(records, file), 'utf8').split('\n')[0] ?? '') as object);

    expect([first, resumed].map(({ code, stdout }) => [code, ...tasksIn(stdout)])).toEqual([
      [2, 'kvm1 changed command printf bond', 'kvm2 changed command printf bond'],
      [2, 'kvm2 changed command printf bond'],
    ]);
    expect(headers).toMatchObject(
      [1, 2].map(() => ({ options: { play: ['network', 'broken'], tags: ['bond'], 'skip-tags': [] } })),
    );
  });

  it.each([
    ['a play that is misspelt', ['--play', 'netwrok'], 'no play is named "netwrok"; is it "network"?'],
    [
      'a play that is none',
      ['--play', 'x*'],
      'no play is named "x*"; the plays are "first look", "network", "disks", "broken"',
    ],
    ['a tag that is none', ['-t', 'a b'], '--tags: tag "a b" should be one word without commas'],
    ['steps where nobody can answer', ['--step'], '--step asks on a terminal, and standard input is none'],
  ])('refuses %s', async (_, args, sentence) => {
    expect(await run(...args)).toEqual({ code: 1, stdout: '', stderr: `kvmplay: ${sentence}\n` });
  });
});
