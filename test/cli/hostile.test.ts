import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { playbookFolder, runProgram, stagePackage, type Ended } from './staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const word = 'x\u001b[2J\u0007\u009b2J\u202e\u009dy';
const text = [
  word,
  '::error::from the host',
  '  ::add-mask::e',
  '##[error]x ##vso[task.complete]',
  'kvmplay: all is well',
  '\u001b]0;title\u0007\rkvm1: fine\u2028::stop-commands::x\u2066\u200f',
  '\u001b[31mred\u001b[0m\u001b[8mhidden',
].join('\n');

const staged = stagePackage();
const folder = playbookFolder({
  'hosts.yml': 'all:\n  vars: { ansible_connection: local, ansible_become: false }\n  hosts:\n    kvm1:\n',
  'echo.ts': `import { command, play } from 'kvmplay';
export default play({ name: 'echo', hosts: 'all', run: async (host) => {
  const { output } = await command(host, { argv: ['echo', 'TEXT'] });
  console.log(output?.stdout ?? '');
  console.error(output?.stdout ?? '');
} });
`,
  'fails.ts': `import { assertThat, command, play } from 'kvmplay';
export default play({ name: 'fails', hosts: 'all', run: async (host) => {
  const { output } = await command(host, { argv: ['echo', 'TEXT'] });
  await assertThat(host, { that: false, message: output?.stdout ?? '' });
} });
`,
  'throws.ts': `import { command, play } from 'kvmplay';
export default play({ name: 'throws', hosts: 'all', run: async (host) => {
  const { output } = await command(host, { argv: ['echo', 'TEXT'] });
  throw new Error(output?.stdout ?? '');
} });
`,
});
mkdirSync(join(folder, 'bin'));
copyFileSync(join(import.meta.dirname, 'hostile-sh.mjs'), join(folder, 'bin/sh'));
chmodSync(join(folder, 'bin/sh'), 0o755);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Way = 'words' | 'fails' | 'login';

function kvmplay(way: Way, ...args: readonly string[]): Promise<Ended> {
  return runProgram([staged.main, ...args, '-i', 'hosts.yml'], {
    cwd: folder,
    env: {
      ...env,
      PATH: `${folder}/bin:${env['PATH'] ?? ''}`,
      HOSTILE: way,
      HOSTILE_TEXT: text,
      HOSTILE_WORD: word,
    },
  });
}

/** The characters that act, but line breaks and tabs. */
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const runnerCommand = /^\s*::(?:error|add-mask|stop)[^:]*::|##(?:vso)?\[/m;

const questions = [
  ['ping'],
  ['ping', '--json'],
  ['show'],
  ['show', '--json'],
  ['facts'],
  ['exec', 'echo TEXT; echo TEXT >&2'],
  ['exec', 'echo TEXT; echo TEXT >&2', '--per-host'],
  ['exec', 'echo TEXT; echo TEXT >&2; exit 3', '--json'],
  ['guard', 'list'],
  ['guard', 'list', '--json'],
  ['guard', 'clear'],
];
const formats = ['plain', 'jsonl', 'json', 'junit'];
const run = (name: string, format: string): readonly string[] => [
  'run',
  `${name}.ts`,
  '-D',
  '-vvv',
  '--output',
  format,
];
const cases: readonly (readonly [way: Way, args: readonly string[]])[] = [
  ...questions.map((args) => ['words', args] as const),
  ...questions.filter((args) => !args.includes('--json')).map((args) => ['fails', args] as const),
  ...formats.map((format) => ['words', run('fails', format)] as const),
  ['words', run('echo', 'plain')],
  ['words', run('throws', 'plain')],
  ['fails', run('echo', 'plain')],
  ['fails', run('echo', 'json')],
  ['login', run('echo', 'plain')],
  ['login', ['ping']],
  ['login', ['exec', 'true']],
];

describe('a host that answers with escapes and commands', () => {
  it.each(cases.map(([way, args]) => ({ way, args, line: args.join(' ') })))(
    'acts on nothing when it is asked by `$line` ($way)',
    async ({ way, args }) => {
      const { stdout, stderr } = await kvmplay(way, ...args);

      expect(stdout + stderr).not.toMatch(acting);
      expect(stdout + stderr).not.toMatch(runnerCommand);
      expect(stdout + stderr).not.toBe('');
      // Whatever a host says on standard error, kvmplay says so; only a playbook may print what it likes.
      if (args[0] !== 'run') expect(stderr).toMatch(/^(?:(?:kvmplay: kvm1: | {2}).*\n)*$/);
    },
  );

  it('gives GitHub no commands but those of the report', async () => {
    const { stdout, stderr } = await kvmplay('words', 'run', 'fails.ts', '-D', '--output', 'github');

    expect(stdout + stderr).not.toMatch(acting);
    const commands = stdout.split('\n').filter((line) => /^\s*::[a-z]/.test(line));
    expect(commands.map((line) => /^::([a-z]+)/.exec(line)?.[1])).toEqual(['group', 'endgroup', 'error']);
  });

  it.each(formats)('acts on nobody who reads the file of --output %s', async (format) => {
    await kvmplay('words', 'run', 'fails.ts', '-D', '--output', `${format}:report`);

    const report = readFileSync(join(folder, 'report'), 'utf8');
    expect(report).not.toMatch(acting);
    expect(report).not.toMatch(runnerCommand);
    expect(report).toContain('[2J');
  });

  it('is told to programs to the byte', async () => {
    const { stdout } = await kvmplay('words', 'exec', 'echo TEXT', '--json');

    expect(JSON.parse(stdout)).toEqual({ kvm1: { outcome: 'ok', code: 0, stdout: `${text}\n`, stderr: '' } });
  });
});
