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
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** The name under which it is on record; default: address and port. */
  readonly hostKeyAlias?: string | undefined;
  /** The host that forwards to this one. */
  readonly via?: SshSettings | undefined;
  /** A command of the shell that connects its standard input and output to the host. */
  readonly proxyCommand?: string | undefined;
  readonly addressFamily?: 4 | 6 | undefined;
  readonly localAddress?: string | undefined;
  /** Milliseconds to connect in, whatever the run says. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds to connect in where the run says nothing; default 10 s. */
  readonly usualConnectTimeout?: number | undefined;
  /** Number of retries when the host is not reached. Default: 0. */
  readonly retries?: number | undefined;
  /** Milliseconds that a script may take when it sets no time of its own. */
  readonly commandTimeout?: number | undefined;
  readonly become?: BecomeSettings | undefined;
}
