import type { CommandResult } from '../model/host.ts';

/** A way to reach one host. Holds no connection itself. */
export interface Transport {
  /** Opens a new connection each time: an old one cannot confirm a change. Throws UnreachableError. */
  connect(options?: ConnectOptions): Promise<Connection>;
}

export interface Connection {
  /** Milliseconds that a script of this host may take by default. Absent when the host sets none. */
  readonly commandTimeout?: number;
  /**
   * Runs a POSIX sh script as the user who may change the host (after become), and waits for its end. The script
   * arrives on the standard input of `sh`, so it never stands in an argument list. Throws ConnectionLostError when the
   * connection ends first, CommandTimeoutError after `timeout`. A non-zero exit code is a result, not an error.
   */
  exec(script: string, options?: ExecOptions): Promise<CommandResult>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for TCP, handshake and login together, unless the host sets its own. Default: 10 s. */
  readonly timeout?: number | undefined;
  /** Milliseconds that no setting of the host can exceed. */
  readonly limit?: number | undefined;
}

export interface ExecOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; none by default. */
  readonly timeout?: number | undefined;
  /** Bytes of stdout and stderr together that are too many; default: 64 MiB. */
  readonly maxOutput?: number | undefined;
}
