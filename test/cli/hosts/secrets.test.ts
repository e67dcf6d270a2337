import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Vault } from 'ansible-vault';
import { runCli } from '../../../src/cli/cli.ts';
import { headerOf } from '../../../src/cli/journal/header.ts';
import { journalReporter } from '../../../src/cli/journal/journal.ts';
import { fakeIo } from '../fake-io.ts';
import { type Ended, playbookFolder, runProgram, stagePackage } from '../staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const secret = 'ganz-geheim';
const become = 'sudo-geheim';
const staged = stagePackage();
const folder = playbookFolder({
  password: 'vault-geheim\n',
  'secrets.ts': `import { ensureFile, play } from 'kvmplay';
import * as z from 'zod';

export default play({
  name: 'secrets',
  hosts: 'all',
  vars: z.looseObject({ token: z.string(), target: z.string() }),
  async run(host) {
    if (host.name === 'kvm2') throw new Error(\`no \${host.vars.token} here\`);
    if (host.name === 'kvm3') await host.read(\`echo \${host.vars.token} >&2; exit 3\`);
    await ensureFile(host, { path: host.vars.target, content: \`[main]\\ntoken=\${host.vars.token}\\n\`, mode: '0644' });
  },
});\n`,
});
const target = join(folder, 'target.conf');
const vault = ['--vault-password-file', 'password'];

beforeAll(async () => {
  const cipher = await new Vault({ password: 'vault-geheim' }).encrypt(secret, '');
  writeFileSync(
    join(folder, 'hosts.yml'),
    `all:
  vars:
    ansible_connection: local
    ansible_become_password: ${become}
    target: ${target}
    token: !vault |
${cipher.replace(/^/gm, '      ')}
  hosts: { kvm1: , kvm2: , kvm3: }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kvmplay(...args: readonly string[]): Promise<Ended> {
  return runProgram([staged.main, ...args], { cwd: folder });
}

function expectHidden({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  for (const text of [stdout, stderr]) {
    for (const word of [secret, become, 'vault-geheim']) expect(text).not.toContain(word);
  }
}

describe('secrets of an inventory', () => {
  it.each([['plain'], ['jsonl'], ['json'], ['junit'], ['github']])(
    'are in no report of a run as %s, whether it shows them or fails with them',
    async (output) => {
      const ended = await kvmplay(
        'run',
        'secrets.ts',
        '-i',
        'hosts.yml',
        ...vault,
        '--no-type-check',
        '--check',
        '--diff',
        '-vvv',
        '--output',
        output,
      );

      expectHidden(ended);
      expect(ended.code).toBe(2);
      for (const part of ['no ******** here', 'echo ********']) expect(ended.stdout).toContain(part);
      // JUnit's report tells that a file changes, not how.
      if (output !== 'junit') expect(ended.stdout).toContain('token=********');
    },
  );

  it('are in a plan that only its owner may read, and in no text about it', async () => {
    const planned = await kvmplay(
      'plan',
      'secrets.ts',
      '-i',
      'hosts.yml',
      ...vault,
      '--no-type-check',
      '-l',
      'kvm1',
    );
    const applied = await kvmplay('apply', 'plan.json', '-i', 'hosts.yml', '--check', '--diff');

    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(folder, 'plan.json'), 'utf8')).toContain(`token=${secret}`);
    expectHidden({ stdout: readFileSync(join(folder, 'plan.txt'), 'utf8'), stderr: '' });
    expectHidden(planned);
    // No password is needed to apply it, and still nothing shows.
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout).toContain('+token=********');
    expectHidden(applied);
  });

  it('are in a record where an undo needs them, and in nothing that the undo prints', async () => {
    const content = `[main]\ntoken=${secret}\n`;
    writeFileSync(target, content, { mode: 0o644 });
    const io = fakeIo({ cwd: folder, env: { XDG_STATE_HOME: folder, HOME: folder } });
    io.secrets.add(secret);
    const source = {
      command: 'run',
      playbooks: [],
      inventory: ['hosts.yml'],
      limit: undefined,
      options: {},
    } as const;
    const header = headerOf({ ...source, extraVars: { mtu: 9000, note: `is ${secret}` } }, io);
    const reporter = journalReporter(header, io);
    const at = { play: 'secrets', playIndex: 0, host: 'kvm1' };
    const events = [
      { type: 'run.start', checkMode: false, plays: ['secrets'] },
      { type: 'play.start', play: 'secrets', playIndex: 0, hosts: ['kvm1'] },
      {
        type: 'change.done',
        ...at,
        change: { kind: 'file.write', path: target, mode: 0o644, after: content },
      },
      {
        type: 'host.end',
        ...at,
        outcome: 'failed',
        error: { code: 'X', message: `has ${secret}` },
        connections: 1,
        execs: 1,
        milliseconds: 1,
      },
    ] as const;
    events.forEach((event, index) => void reporter.onEvent({ seq: index, at: 0, ...event }));

    const code = await runCli(['undo', 'last', '--check', '--diff'], io);

    const [record = ''] = readdirSync(join(folder, 'kvmplay', 'runs'));
    const text = readFileSync(join(folder, 'kvmplay', 'runs', record), 'utf8');
    expect(text.split(secret)).toHaveLength(3);
    expect(text).toContain('has ********');
    expect(header).toMatchObject({ extraVars: { mtu: 9000 }, leftOut: ['note'] });
    expect([code, io.written.stderr]).toEqual([0, '']);
    expect(io.written.stdout).toContain('-token=********');
    expectHidden(io.written);
  });

  it.each([
    ['facts', ['facts', 'kvm1']],
    ['exec', ['exec', `echo ${secret} ${become}`, '-l', 'kvm1']],
    ['inventory', ['inventory', '--list']],
  ])('are not in what %s prints', async (_, args) => {
    const ended = await kvmplay(...args, '-i', 'hosts.yml', ...vault);

    expect(ended.code).toBe(0);
    expectHidden(ended);
  });
});

describe('a password that is a word', () => {
  const words = playbookFolder({
    'hosts.yml': `all:
  vars: { ansible_connection: local, ansible_become: false, root_disk: sda, home: /root/x }
  hosts:
    rootbox: { ansible_password: root }
    password: { ansible_password: password, bmc_password: one }
    changed: { ansible_password: changed, ansible_become_password: outcome }
`,
    'say.ts': `import { command, play } from 'kvmplay';
export default play({ name: 'say', hosts: 'all', run: async (host) => {
  console.log('it is', host.vars.ansible_password);
  await command(host, { argv: ['true'] });
} });\n`,
  });
  afterAll(() => rmSync(words, { recursive: true, force: true }));
  const run = (...args: readonly string[]): Promise<Ended> =>
    runProgram([staged.main, ...args, '-i', 'hosts.yml'], { cwd: words });

  it('changes no name in the inventory', async () => {
    const { stdout } = await run('inventory', '--list');

    const { _meta } = JSON.parse(stdout) as { _meta: { hostvars: unknown } };
    expect(_meta.hostvars).toMatchObject({
      rootbox: { ansible_password: '********', root_disk: 'sda', home: '/root/x' },
      password: { ansible_password: '********', bmc_password: 'one' },
      changed: { ansible_password: '********', ansible_become_password: '********' },
    });
  });

  it('changes no word of a report, and stands in none', async () => {
    const { stdout, stderr } = await run('run', 'say.ts', '--output', 'json');

    expect(JSON.parse(stdout)).toMatchObject({
      plays: [{ hosts: ['rootbox', 'password', 'changed'].map((host) => ({ host, outcome: 'changed' })) }],
    });
    expect(stderr).toBe('it is ********\n'.repeat(3));
  });

  it('changes no word of a report for people', async () => {
    const { stdout } = await run('run', 'say.ts', '--check');

    expect(stdout).toMatch(/^ {2}password +0 +1 +0 +0 +\S+ +would change$/m);
    expect(stdout).toContain('would change');
    expect(stdout).toContain('it is ********');
  });

  it('is hidden in an answer, and its words are not', async () => {
    const { stdout } = await run('exec', 'echo root: rootbox', 'rootbox', '--json');

    expect(JSON.parse(stdout)).toEqual({
      rootbox: { outcome: 'ok', code: 0, stdout: '********: rootbox\n', stderr: '' },
    });
  });
});
