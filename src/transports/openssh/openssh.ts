import type { SourcePlace } from '../../model/inventory.ts';
import type { AskSecret } from '../login/authentication.ts';
import type { Handshakes } from '../handshakes.ts';
import { openMaster } from './open.ts';
import type { OpenSshBastions } from './bastions.ts';
import { openSshConnection } from './connection.ts';
import { loginName } from './login.ts';
import type { SshTarget } from '../ssh-target.ts';
import type { Connection, ConnectOptions, Transport } from '../transport.ts';

/** One host, and the ssh that reaches it. */
export interface OpenSshTarget extends SshTarget {
  /** Default: `ssh`. */
  readonly executable?: string | undefined;
  /** Where it was declared, for messages. */
  readonly place?: SourcePlace | undefined;
}

/** The state that the hosts of a run share. */
export interface OpenSshShared {
  readonly handshakes: Handshakes;
  /** @internal */
  readonly bastions: OpenSshBastions;
  /** Asks a person for a passphrase or a PIN. */
  readonly askSecret?: AskSecret | undefined;
  /** Shows a person an instruction. */
  readonly tellPerson?: ((message: string) => void) | undefined;
  /** Socket of the SSH agent; empty: none. Default: SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined;
  /** Files with host keys instead of those of ssh_config. */
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** A file instead of those of ssh_config. */
  readonly sshConfigFile?: string | undefined;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** Reaches a host over the ssh program, with all its features and its ssh_config. */
export function openSshTransport(target: OpenSshTarget, shared: OpenSshShared): Transport {
  return {
    async connect(options: ConnectOptions = {}): Promise<Connection> {
      const master = await openMaster(await shared.bastions.routeTo(target), shared, options);
      const { name, become, executable = 'ssh', commandTimeout } = target;
      const user = loginName(master.log);
      return openSshConnection({
        master,
        executable,
        subject: user === undefined ? name : `${user}@${name}`,
        become: become?.user === user ? undefined : become,
        commandTimeout,
      });
    },
  };
}
