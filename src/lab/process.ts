import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import type { CommandResult } from '../model/host.ts';

/** A process of the lab that leads its own process group, told apart from a later one with the same number. */
export interface LabProcess {
  readonly pid: number;
  /** Clock ticks since the machine booted. */
  readonly startTime: number;
  /** Which boot of the machine that was. */
  readonly bootId: string;
}

/** The identity of a process that has just been started. */
export function identify(pid: number): LabProcess {
  return { pid, startTime: statOf(pid)?.startTime ?? 0, bootId: currentBootId() };
}

export function isAlive({ pid, startTime, bootId }: LabProcess): boolean {
  const stat = statOf(pid);
  return (
    stat !== undefined && stat.state !== 'Z' && stat.startTime === startTime && bootId === currentBootId()
  );
}

/** Kills a process and its whole group, and waits until all have ended. It never touches processes of others. */
export async function endGroup(leader: LabProcess): Promise<void> {
  // A killed kernel ends its processes one by one, which takes seconds on a busy machine.
  const deadline = Date.now() + 60_000;
  for (let pause = 10; Date.now() < deadline; pause = Math.min(pause * 1.5, 200)) {
    const members = membersOf(leader);
    if (members.length === 0) return;
    for (const pid of members) signal(pid, 'SIGKILL');
    await sleep(pause);
  }
  throw new LabError(`process group ${leader.pid} of the lab does not end`);
}

/** Runs a command to its end. A non-zero exit code is a result; a missing command is an error. */
export async function runCommand(
  command: string,
  argv: readonly string[],
  options: { readonly input?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      argv,
      {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        ...(options.environment && { env: options.environment }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
        else reject(new LabError(`${command}: ${error.message}`, { cause: error }));
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** Runs a command that must succeed. */
export async function mustRun(
  command: string,
  argv: readonly string[],
  options: Parameters<typeof runCommand>[2] = {},
): Promise<CommandResult> {
  const result = await runCommand(command, argv, options);
  if (result.code === 0) return result;
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-3).join(' / ');
  throw new LabError(`${command} ${argv.join(' ')} ended with code ${result.code}: ${said}`);
}

/**
 * The kernel does not reuse the number of a process group that has members. So every process with that group number that
 * did not start before the leader is a member.
 */
function membersOf(leader: LabProcess): number[] {
  if (leader.bootId !== currentBootId()) return [];
  const stat = statOf(leader.pid);
  if (stat !== undefined && stat.startTime !== leader.startTime) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      const member = statOf(pid);
      return (
        member !== undefined &&
        member.state !== 'Z' &&
        member.group === leader.pid &&
        member.session === leader.pid &&
        member.startTime >= leader.startTime
      );
    });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

interface ProcessStat {
  readonly state: string;
  readonly group: number;
  readonly session: number;
  readonly startTime: number;
}

function statOf(pid: number): ProcessStat | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses and may hold any character, so the fields are counted from the last `)`.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? '',
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTime: Number(fields[19]),
  };
}

function currentBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
