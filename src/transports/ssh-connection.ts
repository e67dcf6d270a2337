import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

import type { NodeSSH } from 'node-ssh';
import type { Client, ClientChannel } from 'ssh2';

import { CommandError, ConnectionLostError } from '../errors.ts';
import type { CommandResult } from '../model/host.ts';
import { planLaunch, type BecomeSettings } from './become.ts';
import type { OnCut } from './limits.ts';
import { runScript } from './run-script.ts';
import { scriptChannels } from './script-channels.ts';
import type { Connection } from './transport.ts';

/** A peer that is gone takes no farewell: after this long the connection is cut. */
const farewellTimeout = 500;

export interface OpenSsh {
  readonly ssh: NodeSSH;
  readonly client: Client;
  readonly socket: Socket;
  /** `admin@kvm1`, for messages. */
  readonly subject: string;
  readonly become: BecomeSettings | undefined;
  /** What the connection complained about last. */
  readonly lastError: () => Error | undefined;
}

export function sshConnection({ ssh, client, socket, subject, become, lastError }: OpenSsh): Connection {
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
    exec: scriptChannels(subject, run),
    async close(): Promise<void> {
      isClosed = true;
      if (socket.destroyed) return;
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      const impatience = setTimeout(() => socket.destroy(), farewellTimeout);
      ssh.dispose();
      socket.destroySoon();
      await closed;
      clearTimeout(impatience);
    },
  };
}
