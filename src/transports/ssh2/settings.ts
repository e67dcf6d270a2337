import type { BecomeSettings } from '../login/become.ts';
import type { HostKeyChecking } from '../host-keys/host-key.ts';
import type { LoginSettings } from '../login/authentication.ts';

/** One host, how to get there, and how to log in. */
export interface SshSettings extends LoginSettings {
  /** Name in the inventory, for messages. */
  readonly name: string;
  /** Name or address to connect to. */
  readonly address: string;
  readonly port: number;
  readonly hostKeyChecking: HostKeyChecking;
  /** Where the host's key is on record; default: the run's files. */
  readonly knownHostsFiles?: readonly string[];
  /** The name under which it is on record; default: address and port. */
  readonly hostKeyAlias?: string;
  /** The host that forwards to this one. */
  readonly via?: SshSettings;
  /** A command of the shell that connects its standard input and output to the host. */
  readonly proxyCommand?: string;
  readonly addressFamily?: 4 | 6;
  readonly localAddress?: string;
  /** Milliseconds to connect in, whatever the run says. */
  readonly connectTimeout?: number;
  /** Milliseconds to connect in where the run says nothing; default 10 s. */
  readonly usualConnectTimeout?: number;
  /** Number of retries when the host is not reached. Default: 0. */
  readonly retries?: number;
  /** Milliseconds that a script may take when it sets no time of its own. */
  readonly commandTimeout?: number;
  readonly become?: BecomeSettings;
}
