import { spawnSync } from 'node:child_process';
import { accessSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Shells that hosts have as `sh`, as far as this machine has them. */
export const shells: readonly (readonly [string, ...string[]])[] = [
  ['sh'] as const,
  ['dash'] as const,
  ['bash', '--posix'] as const,
  ['busybox', 'sh'] as const,
].filter(([program]) => pathOf(program) !== undefined);

/** The shells as rows of a table of tests: a name, and the shell. */
export const shellRows = shells.map((shell) => [shell.join(' '), shell] as const);

/** Runs a script under `LC_ALL=C`, as a survey does. */
export function runScript(
  shell: readonly [string, ...string[]],
  script: string,
  env: Record<string, string> = {},
) {
  const [program, ...rest] = shell;
  const { stdout, stderr, status } = spawnSync(program, [...rest, '-c', `export LC_ALL=C\n${script}`], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // On a socket bash takes itself for one that sshd started, and reads start-up files.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${path()}:/usr/sbin:/sbin`, ...env },
  });
  return { stdout, stderr, code: status ?? -1 };
}

/** A shell function in place of `ip`, so that a test neither needs the tool nor asks about this machine. */
export function ipThatPrints(answers: Readonly<Record<string, string>>): string {
  const cases = Object.entries(answers).map(([argv, output]) => `'${argv}') cat <<'END'\n${output}END\n;;`);
  return `ip() { case "$*" in\n${cases.join('\n')}\n*) echo "ip $*: unknown" >&2; return 1 ;; esac; }\n`;
}

export function fixture(path: string): string {
  return readFileSync(join(import.meta.dirname, '../fixtures', path), 'utf8');
}

function pathOf(program: string): string | undefined {
  return `${path()}:/usr/sbin:/sbin`
    .split(':')
    .map((directory) => join(directory, program))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, 1);
    return true;
  } catch {
    return false;
  }
}

function path(): string {
  return process.env['PATH'] ?? '/usr/bin:/bin';
}
