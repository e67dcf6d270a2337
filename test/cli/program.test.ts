import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PlanFile } from '../../src/cli/journal/plan-file.ts';
import { playbookFolder, runProgram, stagePackage, type Ended } from './staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();
const folder = playbookFolder({
  'hosts.yml': 'all:\n  hosts:\n    here:\n      ansible_connection: local\n',
  'fleet.yml': 'all:\n  vars: { ansible_connection: local }\n  hosts:\n    kvm[1:12]:\n',
  'bare.yml': 'all:\n  hosts:\n    kvm1:\n    kvm2:\n',
  'beside/group_vars/all.yml': 'ansible_connection: local\n',
  'beside/slow.ts': `import { ensureFile, play } from 'kvmplay';

export default play({
  name: 'slow',
  hosts: 'all',
  async run(host) {
    if (host.name === 'kvm1') await host.read('sleep 0.5');
    await ensureFile(host, { path: '/tmp/kvmplay-that-nobody-writes', content: 'x' });
  },
});\n`,
  'reads.ts': `import { play } from 'kvmplay';

export default play({
  name: 'reads',
  hosts: 'all',
  async run(host) {
    const { stdout } = await host.read('echo from the host');
    if (stdout !== 'from the host\\n') throw new Error('read ' + stdout);
  },
});\n`,
  'fails.ts': `import { play } from 'kvmplay';

export default play({
  name: 'fails',
  hosts: 'all',
  async run(host) {
    await host.read('exit 3');
  },
});\n`,
  'wrong.ts': `import { play } from 'kvmplay';

export default play({
  name: 'wrong',
  hosts: 'all',
  async run(host) {
    await host.exec('touch touched');
    const text: string = host.checkMode;
  },
});\n`,
  'waits.ts': `import { play } from 'kvmplay';

export default play({
  name: 'waits',
  hosts: 'all',
  async run(host) {
    console.log('started');
    await host.read('exec sleep 60');
  },
});\n`,
  'never.ts': playWhoseRunSays(
    "await host.read('true'); console.log('started'); setInterval(() => {}, 1000); await new Promise(() => {});",
  ),
  'says.ts': `console.log('loaded');\n${playWhoseRunSays("console.log('hello', host.name);")}`,
  'nothing.ts': playWhoseRunSays('await new Promise(() => {});'),
  'throws.ts': playWhoseRunSays(
    "await host.read('true'); check(); function check() { throw new Error('too few'); }",
  ),
  'exits.ts': playWhoseRunSays("await host.read('true'); process.exit(0);"),
  'exits-at-once.ts': 'process.exit(0);\n',
  'loses.ts': playWhoseRunSays(
    "setTimeout(() => { throw new Error('lost'); }, 50); await host.read('exec sleep 60');",
  ),
  'rejects.ts': playWhoseRunSays("void Promise.reject('lost'); await host.read('exec sleep 60');"),
});

function playWhoseRunSays(body: string): string {
  return `import { play } from 'kvmplay';\n\nexport default play({ name: 'x', hosts: 'all', run: async (host) => {\n  ${body}\n} });\n`;
}

const temporary = join(folder, 'tmp');

beforeEach(() => {
  rmSync(temporary, { recursive: true, force: true });
  rmSync(join(folder, '.state'), { recursive: true, force: true });
  mkdirSync(temporary);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kvmplay(...args: readonly string[]): Promise<Ended> {
  return runProgram([staged.main, ...args], { cwd: folder, env: { TMPDIR: temporary } });
}

const looks = `import { play } from 'kvmplay';

export default play({
  name: 'looks',
  hosts: 'all',
  async run(host) {
    await host.read('cd ' + (host.vars['path'] ?? '/'));
  },
});\n`;

/** `bad failed`, sorted. */
function hostsIn(text: string): readonly string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; host: string; outcome: string })
    .flatMap(({ type, host, outcome }) => (type === 'host.end' ? [`${host} ${outcome}`] : []))
    .sort();
}

describe('the program kvmplay', () => {
  it('tells its version', async () => {
    expect(await kvmplay('--version')).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it('runs a playbook that lies in a folder without package.json, and leaves no file behind', async () => {
    const ended = await kvmplay('run', 'reads.ts', '-i', 'hosts.yml', '--output', 'jsonl');

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const events = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; outcome?: string });
    expect(events.find(({ type }) => type === 'host.end')).toMatchObject({
      outcome: 'ok',
      connections: 1,
      execs: 1,
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('keeps what Node compiled, from the Node on that can', async () => {
    const { code } = await kvmplay('run', 'reads.ts', '-i', 'hosts.yml');

    const kept = join(folder, '.cache', 'kvmplay', 'code');
    expect(code).toBe(0);
    expect(existsSync(kept) && readdirSync(kept).length > 0).toBe('enableCompileCache' in nodeModule);
  });

  it('runs on more hosts than Node takes for a leak of listeners', async () => {
    const ended = await kvmplay('run', 'reads.ts', '-i', 'fleet.yml');

    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('exits with 2 when a host failed', async () => {
    expect(await kvmplay('run', 'fails.ts', '-i', 'hosts.yml')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('`exit 3` ended with 3 on here'),
    });
  });

  it('goes on with hosts that are not done, and with those alone', async () => {
    const common = ['--no-type-check', '--output', 'jsonl'];
    const two =
      'all:\n  vars: { ansible_connection: local }\n  hosts:\n    good:\n    bad: { path: /nowhere }\n';
    writeFileSync(join(folder, 'two.yml'), two);
    writeFileSync(join(folder, 'looks.ts'), looks);

    const first = await kvmplay('run', 'looks.ts', '-i', 'two.yml', ...common);
    const resumed = await kvmplay('run', '--resume', 'last', ...common);
    const failed = await kvmplay('run', 'looks.ts', '-i', 'two.yml', '--only-failed', 'last', ...common);
    writeFileSync(join(folder, 'two.yml'), two.replace('/nowhere', '/'));
    const mended = await kvmplay('run', '--resume', 'last', ...common);
    const nothing = await kvmplay('run', '--resume', 'last', ...common);
    const { stdout } = await kvmplay('runs', '--json');

    expect(
      [first, resumed, failed, mended].map(({ code, stdout: text }) => [code, ...hostsIn(text)]),
    ).toEqual([
      [2, 'bad failed', 'good ok'],
      [2, 'bad failed'],
      [2, 'bad failed'],
      [0, 'bad ok'],
    ]);
    expect(nothing).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing to do: all hosts of run /),
    });
    expect(JSON.parse(stdout)).toMatchObject([
      { state: 'finished', hosts: { ok: 1, failed: 1 } },
      { hosts: { failed: 1 } },
      { hosts: { failed: 1 } },
      { hosts: { ok: 1 } },
    ]);
  });

  it('asks again for a secret that it did not record', async () => {
    const words = ['fails.ts', '-i', 'hosts.yml', '--no-type-check'];
    await kvmplay('run', ...words, '-e', 'db_password=geheim', '-e', 'vlan=10');

    const resumed = await kvmplay('run', '--resume', 'last', '--no-type-check');

    expect(resumed).toMatchObject({
      code: 1,
      stderr: 'kvmplay: db_password of --extra-vars is not recorded and should be given again\n',
    });
  });

  it('writes no plan of a play whose commands may change anything', async () => {
    const planned = await kvmplay('plan', 'wrong.ts', '-i', 'hosts.yml', '--no-type-check');

    expect(planned).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('the play runs `touch touched` by host.exec'),
      stderr: 'kvmplay: no plan is written, since not all hosts could be planned\n',
    });
    expect(existsSync(join(folder, 'plan.json'))).toBe(false);
    expect(existsSync(join(folder, 'touched'))).toBe(false);
  });

  it('plans in the order of the inventory, and applies with what stands beside the playbook', async () => {
    const planned = await runProgram(
      [staged.main, 'plan', 'beside/slow.ts', '-i', 'bare.yml', '-o', 'p.json'],
      {
        cwd: folder,
      },
    );
    const applied = await runProgram([staged.main, 'apply', 'p.json', '-i', 'bare.yml', '--check'], {
      cwd: folder,
    });

    expect(planned).toMatchObject({ code: 0, stderr: '' });
    const plan = JSON.parse(readFileSync(join(folder, 'p.json'), 'utf8')) as PlanFile;
    expect(plan.playbookFolders).toEqual(['beside']);
    expect(plan.plays.flatMap(({ hosts }) => hosts.map(({ host }) => host))).toEqual(['kvm1', 'kvm2']);
    expect(readFileSync(join(folder, 'p.txt'), 'utf8')).toMatch(/^kvm1 .*(\n.*)*^kvm2 /m);
    expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('2 hosts: 2 would change') });
  });

  it('tells of a plan as of a run, and keeps standard output for the program that reads it', async () => {
    const { code, stdout, stderr } = await kvmplay(
      ...['plan', 'beside/slow.ts', '-i', 'bare.yml', '-o', 'q.json'],
      ...['--output', 'json', '--output', 'junit:q.xml'],
    );

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'The plan is q.json; to review it read q.txt.\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({ checkMode: true });
    expect(readFileSync(join(folder, 'q.xml'), 'utf8')).toContain('<testsuites');
  });

  it.each([
    ['in a folder that is not there', 'nowhere/p.json', 'cannot be written: its folder does not exist'],
    ['in the place of a folder', 'beside', 'is a folder and should be a file'],
  ])('asks no host for a plan %s, and leaves nothing behind', async (_, out, finding) => {
    const before = readdirSync(folder);

    const ended = await runProgram([staged.main, 'plan', 'beside/slow.ts', '-i', 'bare.yml', '-o', out], {
      cwd: folder,
    });

    expect(ended).toEqual({ code: 1, stdout: '', stderr: `kvmplay: ${join(folder, out)} ${finding}\n` });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('shows type errors with a code frame and touches no host', async () => {
    const { code, stdout, stderr } = await kvmplay('run', 'wrong.ts', '-i', 'hosts.yml');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`wrong.ts:8:11: Type 'boolean' is not assignable to type 'string'.
  7 |     await host.exec('touch touched');
> 8 |     const text: string = host.checkMode;
    |           ^
  9 |   },
kvmplay: 1 error; no host was touched
`);
    expect(existsSync(join(folder, 'touched'))).toBe(false);
  });

  it('runs without a type check when asked to', async () => {
    expect(await kvmplay('run', 'wrong.ts', '-i', 'hosts.yml', '--no-type-check', '--check')).toMatchObject({
      code: 0,
    });
  });

  it('ends the run on the first signal', async () => {
    const ended = await runProgram([staged.main, 'run', 'waits.ts', '-i', 'hosts.yml'], {
      cwd: folder,
      onStdout: (text, kill) => {
        if (text.includes('started')) kill('SIGINT');
      },
    });

    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('kvmplay: stopping; ') });
  });

  it('ends on the first signal also when the playbook waits for what never comes', async () => {
    const ended = await runProgram([staged.main, 'run', 'never.ts', '-i', 'hosts.yml'], {
      cwd: folder,
      onStdout: (text, kill) => {
        if (text.includes('started')) kill('SIGINT');
      },
    });

    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('1 host: 1 skipped') });
  });

  it('names the line of the playbook that threw, and none of its own', async () => {
    const ended = await runProgram([staged.main, 'run', 'throws.ts', '-i', 'hosts.yml'], { cwd: folder });

    expect(ended).toMatchObject({ code: 2, stderr: '' });
    expect(ended.stdout).toMatch(
      /^here {2}failed {2}Error: too few\n {4}at \S*\/throws\.ts:4:62\n {6}at \S*\/throws\.ts:4:28\n\n/m,
    );
  });

  it.each([
    ['in a timer', 'loses.ts', 'loses.ts:4:28: nobody awaits what failed here: lost\n'],
    ['without an Error', 'rejects.ts', 'nobody awaits what failed here: lost\n'],
  ])('stops the run when a playbook fails where nobody awaits it, %s', async (_, file, sentence) => {
    const ended = await runProgram([staged.main, 'run', file, '-i', 'hosts.yml'], { cwd: folder });

    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('1 host: 1 skipped') });
    expect(ended.stderr).toMatch(`kvmplay: ${sentence}`);
  });

  it('says of a host that it cannot reach just that, and blames no task', async () => {
    writeFileSync(
      join(folder, 'gone.yml'),
      'all: { hosts: { gone: { ansible_host: 127.0.0.1, ansible_port: 1 } } }\n',
    );

    const ended = await runProgram(
      [staged.main, 'run', 'beside/slow.ts', '-i', 'gone.yml', '-e', 'ansible_connection=ssh'],
      {
        cwd: folder,
      },
    );

    expect(ended).toMatchObject({ code: 4, stderr: '' });
    const [, ...lines] = ended.stdout.split('\n');
    expect(lines.slice(0, 5)).toEqual([
      'gone  unreachable  gone (127.0.0.1:1) refuses connections: no sshd listens there',
      '',
      'recap',
      '  host  ok  changed  failed  skipped  seconds  outcome',
      expect.stringMatching(/^ {2}gone {3}0 {8}0 {7}0 {8}1 {6}\d\.\d {2}unreachable$/),
    ]);
  });

  it.each(['json', 'jsonl', 'junit'])('keeps what a playbook prints out of %s', async (format) => {
    const ended = await runProgram([staged.main, 'run', 'says.ts', '-i', 'hosts.yml', '--output', format], {
      cwd: folder,
    });

    expect(ended).toMatchObject({ code: 0, stderr: 'loaded\nhello here\n' });
    expect(ended.stdout).toMatch(/^[{<]/);
    expect(ended.stdout).not.toContain('hello here');
  });

  it('lets no playbook end it', async () => {
    const [running, loading, waiting] = await Promise.all(
      ['exits.ts', 'exits-at-once.ts', 'nothing.ts'].map((file) =>
        runProgram([staged.main, 'run', file, '-i', 'hosts.yml'], { cwd: folder }),
      ),
    );

    const sentence = 'process.exit would end the run for all hosts; throw an error instead';
    expect(running).toMatchObject({
      code: 2,
      stderr: '',
      stdout: expect.stringContaining(`here  failed  ${sentence}\n`),
    });
    expect(running?.stdout).toMatch(/ {4}at \S*\/exits\.ts:4:36\n/);
    expect(loading).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`exits-at-once.ts:1:9: ${sentence}\n`),
    });
    expect(waiting).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('hosts that were under way are left'),
    });
  });

  it('tells when there was no place for what it prints', async () => {
    const show = `'${process.execPath}' '${staged.main}' inventory -i hosts.yml --list`;

    const ended = await runProgram(['sh', '-c', `${show} > /dev/full`], { cwd: folder });

    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'kvmplay: standard output cannot be written: no space left on device\n',
    });
  });

  it('says that its working folder is gone', async () => {
    const there = `mkdir gone && cd gone && rmdir ../gone`;

    const ended = await runProgram(
      ['sh', '-c', `${there} && '${process.execPath}' '${staged.main}' config`],
      {
        cwd: folder,
      },
    );

    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'kvmplay: the working folder is not there any more\n',
    });
  });

  it('outlives a reader that has seen enough', async () => {
    const pipe = `'${process.execPath}' '${staged.main}' inventory -i many.yml --list; echo "exit $?" >&2`;
    const hosts = Array.from({ length: 20_000 }, (_, index) => `    kvm${index}: { rack: r${index} }\n`);
    writeFileSync(join(folder, 'many.yml'), `all:\n  hosts:\n${hosts.join('')}`);

    const ended = await runProgram(['sh', '-c', `(${pipe}) | head -n 1`], { cwd: folder });

    expect(ended).toEqual({ code: 0, stdout: '{\n', stderr: 'exit 0\n' });
  });
});
