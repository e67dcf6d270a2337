import { randomBytes } from 'node:crypto';

import type { ClientChannel } from 'ssh2';

import { CommandError, ConnectionLostError } from '../../errors.ts';
import type { CommandResult } from '../../model/host.ts';
import { planLaunch, type BecomeSettings } from '../login/become.ts';
import type { OnCut } from '../limits.ts';
import { closeSsh, type OpenSsh } from './open.ts';
import { runScript } from '../script/run-script.ts';
import { scriptChannels } from '../script/script-channels.ts';
import type { Connection } from '../transport.ts';

export interface LoggedIn extends OpenSsh {
  /** `admin@kvm1`, for messages. */
  readonly subject: string;
  readonly become: BecomeSettings | undefined;
  readonly commandTimeout: number | undefined;
}

export function sshConnection(loggedIn: LoggedIn): Connection {
  const { client, socket, subject, become, commandTimeout, lastError } = loggedIn;
  let isClosed = false;

  const lost = (): ConnectionLostError => {
    if (isClosed) return new ConnectionLostError(`the connection to ${subject} is closed`);
    const cause = lastError();
    const reason = cause === undefined ? '' : `: ${cause.message}`;
    return new ConnectionLostError(`the connection to ${subject} was lost${reason}`, {
      cause,
    });
  };

  const run = async (script: string, maxOutput: number | undefined, onCut: OnCut): Promise<CommandResult> => {
    const launch = await planLaunch(become, randomBytes(8).toString('hex'));
    return new Promise((resolve, reject) => {
      const onOpen = (error: Error | undefined, channel: ClientChannel): void => {
        if (error !== undefined) {
          const refused = new CommandError(`${subject} refuses a session: ${error.message}`, {
            cause: error,
          });
          reject(socket.destroyed ? lost() : refused);
          return;
        }
        onCut(() => channel.close());
        const process = { events: channel, stdin: channel, stdout: channel, stderr: channel.stderr };
        // Not a tick later: the exit of a short command may have come in the packet that says it was started.
        const result = runScript(process, { launch, script, subject, lost, maxOutput });
        resolve(result.finally(() => channel.close()));
      };
      try {
        client.exec(launch.command, onOpen);
      } catch {
        reject(lost());
      }
    });
  };

  return {
    ...(commandTimeout !== undefined && { commandTimeout }),
    exec: scriptChannels(subject, run),
    async close(): Promise<void> {
      isClosed = true;
      await closeSsh(loggedIn);
    },
  };
}
