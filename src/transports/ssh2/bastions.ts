import type { Duplex } from 'node:stream';

import type { ClientChannel } from 'ssh2';

import { AuthenticationError, HostKeyError, isKvmplayError, UnreachableError } from '../../errors.ts';
import type { HostAddress } from '../host-keys/host-key.ts';
import type { OnCut, Paused } from '../limits.ts';
import { closeSsh, type OpenSsh } from './open.ts';
import type { SshSettings } from './settings.ts';
import { answerTimeout, type PooledConnection, ConnectionPool } from '../connection-pool.ts';
import { StreamSocket } from './stream-socket.ts';

/** The hosts over which others are reached: one connection to each, shared by all hosts behind it. */
export interface Bastions {
  /** A stream from the bastion to the sshd of a host behind it. */
  forward(bastion: SshSettings, to: Endpoint, request: ForwardRequest): Promise<Duplex>;
  /** Ends all connections. A later `forward` opens new ones. */
  close(): Promise<void>;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface ForwardRequest {
  /** The host behind the bastion, for messages. */
  readonly host: HostAddress;
  readonly onCut: OnCut;
  readonly paused: Paused;
}

export function createBastions(
  open: (bastion: SshSettings, signal: AbortSignal) => Promise<OpenSsh>,
): Bastions {
  const pool = new ConnectionPool<OpenSsh>();
  const connectionTo = (bastion: SshSettings): Promise<PooledConnection<OpenSsh>> =>
    // Two hosts may reach the same bastion by different ways, or as different users.
    pool.connectionTo(JSON.stringify(bastion), {
      open: (signal) => open(bastion, signal),
      listen: ({ socket }, heard) => void socket.on('data', heard),
      isStanding,
      isAlive,
      end: closeSsh,
    });

  return {
    async forward(bastion, to, { host, onCut, paused }) {
      for (let attempt = 0; ; attempt++) {
        // The time to connect to the host is not spent on the bastion, which has its own.
        const connection = await paused(connectionTo(bastion));
        const opened = await paused(connection.opened).catch((error: unknown) => {
          throw bastionError(error, host.subject, bastion.name);
        });
        const release = connection.acquire();
        try {
          return await forward(opened, to, { onCut, release });
        } catch (error) {
          release();
          if (attempt === 0 && !isStanding(opened)) continue;
          throw forwardError(error, host, bastion);
        }
      }
    },
    close: () => pool.close(),
  };
}

async function forward(
  opened: OpenSsh,
  to: Endpoint,
  { onCut, release }: { readonly onCut: OnCut; readonly release: () => void },
): Promise<Duplex> {
  const channel = await openChannel(opened, to, onCut);
  return new StreamSocket({
    readable: channel,
    writable: channel,
    onEnd(listener) {
      channel.once('end', () => listener());
      channel.once('close', () => listener());
    },
    close: () => {
      channel.close();
      release();
    },
  });
}

function isStanding({ socket }: OpenSsh): boolean {
  return socket.readable && socket.writable;
}

/** Tells whether the bastion answers a request that changes nothing: to cancel a forwarding that does not exist. */
function isAlive({ client }: OpenSsh): Promise<boolean> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => resolve(false), answerTimeout);
    const onAnswer = (isAlive: boolean): void => {
      clearTimeout(impatience);
      resolve(isAlive);
    };
    client.once('close', () => onAnswer(false));
    try {
      client.unforwardIn('127.0.0.1', 1, () => onAnswer(true));
    } catch {
      onAnswer(false);
    }
  });
}

function openChannel({ client }: OpenSsh, to: Endpoint, onCut: OnCut): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    let isCut = false;
    onCut(() => (isCut = true));
    client.forwardOut('127.0.0.1', 0, to.address, to.port, (error, channel) => {
      if (error !== undefined) reject(error);
      else if (isCut) channel.close();
      else resolve(channel);
    });
  });
}

/** The error of a bastion as that of the host behind it. */
export function bastionError(error: unknown, subject: string, bastion: string): Error {
  const message = error instanceof Error ? error.message : String(error);
  const told = `${subject} is reached over ${bastion}: ${message}`;
  const code = isKvmplayError(error) ? error.code : '';
  if (code === 'KVMPLAY_HOST_KEY') return new HostKeyError(told, { cause: error });
  if (code === 'KVMPLAY_AUTHENTICATION') return new AuthenticationError(told, { cause: error });
  return new UnreachableError(told, { cause: error });
}

/** Messages of sshd for a port that it does not reach, and the error codes that a socket of our own would have. */
const codesOfSentences: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, 'ECONNREFUSED'],
  [/no route to host/i, 'EHOSTUNREACH'],
  [/network is unreachable/i, 'ENETUNREACH'],
  [/name or service not known|name resolution|no address associated/i, 'ENOTFOUND'],
  [/timed out/i, 'ETIMEDOUT'],
];

/** RFC 4254, 5.1 */
const administrativelyProhibited = 1;

function forwardError(error: unknown, { subject }: HostAddress, bastion: SshSettings): Error {
  if (!(error instanceof Error)) return new UnreachableError(String(error));
  if ('reason' in error && error.reason === administrativelyProhibited) {
    return new UnreachableError(`${bastion.name} does not forward to ${subject}: ${error.message}`, {
      cause: error,
    });
  }
  const code = codesOfSentences.find(([sentence]) => sentence.test(error.message))?.[1];
  // An error without a reason means that the bastion itself went away, as if it had hung up.
  return Object.assign(new Error(error.message, { cause: error }), {
    code: code ?? 'ECONNRESET',
    ...(code !== undefined && { syscall: 'connect' }),
  });
}
