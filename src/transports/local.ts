import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { kill } from 'node:process';

import { CommandTimeoutError, ConnectionLostError } from '../errors.ts';
import type { CommandResult } from '../model/host.ts';
import { planLaunch, type BecomeSettings } from './login/become.ts';
import { formatDuration, withLimits } from './limits.ts';
import { runScript } from './script/run-script.ts';
import type { Connection, ExecOptions, Transport } from './transport.ts';

export interface LocalSettings {
  /** Name in the inventory, for messages. */
  readonly name?: string | undefined;
  readonly become?: BecomeSettings | undefined;
}

/** Runs scripts on this machine. */
export function localTransport({ name = 'localhost', become }: LocalSettings = {}): Transport {
  const subject = `${userInfo().username}@${name} (local)`;
  const sudo = become?.user === userInfo().username ? undefined : become;

  return {
    connect: ({ signal } = {}) =>
      withLimits({ signal }, () => Promise.resolve(openConnection(subject, sudo))),
  };
}

function openConnection(subject: string, become: BecomeSettings | undefined): Connection {
  const running = new Set<() => void>();
  let isClosed = false;

  return {
    async exec(script: string, options: ExecOptions = {}): Promise<CommandResult> {
      if (isClosed) throw new ConnectionLostError(`the connection to ${subject} is closed`);
      const launch = await planLaunch(become, randomBytes(8).toString('hex'));

      return withLimits(
        {
          ...options,
          timeoutError: () =>
            new CommandTimeoutError(
              `a script on ${subject} did not end within ${formatDuration(options.timeout ?? 0)}`,
            ),
        },
        async (onCut) => {
          // Its own process group, so that what the script started ends with it.
          const child = spawn('sh', ['-c', launch.command], { stdio: 'pipe', detached: true });
          const stop = (): void => endGroup(child.pid);
          running.add(stop);
          onCut(stop);
          // A shell that cannot be started has no exit code, which the caller reports.
          child.on('error', () => undefined);
          try {
            const result = await runScript(
              { events: child, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr },
              {
                launch,
                script,
                subject,
                lost: () => new ConnectionLostError(`sh does not start on ${subject}`),
                maxOutput: options.maxOutput,
              },
            );
            if (isClosed)
              throw new ConnectionLostError(`the connection to ${subject} was closed during a script`);
            return result;
          } catch (error) {
            stop();
            throw error;
          } finally {
            running.delete(stop);
            child.stdout.destroy();
            child.stderr.destroy();
            child.unref();
          }
        },
      );
    },
    close(): Promise<void> {
      isClosed = true;
      for (const stop of running) stop();
      return Promise.resolve();
    },
  };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    kill(-pid, 'SIGTERM');
  } catch {
    // It has ended already, or belongs to another user since sudo.
  }
}
