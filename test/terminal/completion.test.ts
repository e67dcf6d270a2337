import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { playbookFolder, stagePackage } from '../cli/staged-package.ts';
import { needProgram } from '../support/packages.ts';

// Shells are installed and started here.
jest.setTimeout(180_000);

const staged = stagePackage();
const folder = playbookFolder({
  'fleet.yml':
    'all:\n  children:\n    kvm: { hosts: { "kvm[1:3]": , alpha: } }\n    maintenance: { hosts: { kvm2: } }\n',
  'site.ts': '',
  'site.txt': '',
  'bin/empty': '',
});
chmodSync(staged.main, 0o755);
symlinkSync(staged.main, join(folder, 'bin', 'kvmplay'));

beforeAll(async () => {
  await needProgram('zsh', 'zsh');
  await needProgram('fish', 'fish');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Shell {
  readonly argv: readonly [string, ...string[]];
  /** Typed first. */
  readonly setUp: readonly string[];
}

const shells: Readonly<Record<string, Shell>> = {
  bash: { argv: ['bash', '--norc', '-i'], setUp: ['eval "$(kvmplay completion bash)"', "PS1='ready> '"] },
  zsh: {
    argv: ['zsh', '-f', '-i'],
    setUp: ['autoload -U compinit && compinit -u -D', 'eval "$(kvmplay completion zsh)"', "PS1='ready> '"],
  },
  fish: {
    argv: ['fish', '--no-config', '-i'],
    setUp: [
      'set fish_autosuggestion_enabled 0',
      'kvmplay completion fish | source',
      "function fish_prompt; echo 'ready> '; end",
    ],
  },
};

/** What the line is after `typed` and a TAB. */
async function completed(name: string, typed: string, wanted: string): Promise<string> {
  const { argv, setUp } = shells[name] ?? { argv: [name], setUp: [] };
  const [program, ...args] = argv;
  const terminal = new xterm.Terminal({ cols: 120, rows: 40, allowProposedApi: true });
  const shell = spawn(program, args, {
    cols: 120,
    rows: 40,
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      TERM: 'xterm',
      NODE_OPTIONS: '',
    },
  });
  shell.onData((data) => terminal.write(data));
  // Shells ask the terminal what it is, and wait for the answer.
  terminal.onData((data) => shell.write(data));
  const line = (): string => lastLine(terminal);
  try {
    for (const command of setUp) shell.write(`${command}\r`);
    await until(() => line() === 'ready>');
    shell.write(`${typed}\t`);
    await until(() => line() === `ready> ${wanted}`);
    return line().replace('ready> ', '');
  } finally {
    shell.kill('SIGKILL');
  }
}

/** The last line that is not empty. */
function lastLine({ buffer: { active } }: InstanceType<typeof xterm.Terminal>): string {
  for (let row = active.length - 1; row >= 0; row -= 1) {
    const text = active.getLine(row)?.translateToString(true).trimEnd() ?? '';
    if (text !== '') return text;
  }
  return '';
}

/** Waits for it, but not for ever: what is there then is compared. */
async function until(isSo: () => boolean): Promise<void> {
  for (let waits = 0; waits < 200 && !isSo(); waits += 1) await sleep(50);
}

describe.each(['bash', 'zsh', 'fish'])('completion in %s', (shell) => {
  it.each([
    ['a command', 'kvmplay comp', 'kvmplay completion'],
    ['a command of a family', 'kvmplay guard rol', 'kvmplay guard rollback'],
    ['an option', 'kvmplay run --conf', 'kvmplay run --confirm-timeout'],
    [
      'a value of an option',
      'kvmplay run --host-key-checking acc',
      'kvmplay run --host-key-checking accept-new',
    ],
    [
      'a value behind an equals sign',
      'kvmplay run --host-key-checking=acc',
      'kvmplay run --host-key-checking=accept-new',
    ],
    ['a group', 'kvmplay ping -i fleet.yml mai', 'kvmplay ping -i fleet.yml maintenance'],
    [
      'a name behind a colon',
      'kvmplay ping -i fleet.yml kvm3:mai',
      'kvmplay ping -i fleet.yml kvm3:maintenance',
    ],
    [
      'a name in quotes',
      "kvmplay ping -i fleet.yml 'kvm:!mai",
      "kvmplay ping -i fleet.yml 'kvm:!maintenance'",
    ],
    ['a host', 'kvmplay inventory -i fleet.yml --host al', 'kvmplay inventory -i fleet.yml --host alpha'],
    ['a task', 'kvmplay doc ensureBon', 'kvmplay doc ensureBond'],
    ['a playbook, and no other file', 'kvmplay run si', 'kvmplay run site.ts'],
    ['a file', 'kvmplay ping -i fl', 'kvmplay ping -i fleet.yml'],
    ['a file of variables', 'kvmplay run -e @fl', 'kvmplay run -e @fleet.yml'],
  ])('knows %s', async (_, typed, wanted) => {
    expect(await completed(shell, typed, wanted)).toBe(wanted);
  });
});
