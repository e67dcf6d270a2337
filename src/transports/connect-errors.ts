import { AuthenticationError, isKvmplayError, UnreachableError } from '../errors.ts';
import { otherKeyTypeError, type HostAddress } from './host-keys/host-key.ts';
import { formatDuration } from './limits.ts';
import type { LoginWays } from './login/login-hint.ts';

/** The progress of a connect. It tells apart causes that give the same bare error of a socket. */
export interface Progress {
  step: Step;
  /** The last error that the connection reported, before or after it was ready. */
  lastError?: Error;
  /** The reason why the previous attempt failed. */
  lastFailure?: string;
  /** The ways by which the host lets in, as far as it has named them. */
  ways?: LoginWays;
  /** A person has answered questions of the host. */
  hasAnswered?: boolean;
}

export type Step = 'tcp' | 'greeting' | 'handshake' | 'login';

export interface FailedConnect {
  readonly host: HostAddress;
  readonly user: string;
  /** The keys and passwords that the login could offer, in words. */
  readonly offered: readonly string[];
  /** A hint for the case that all of them are refused. */
  readonly hint?: string | undefined;
  /** Types of the host keys on record. */
  readonly knownTypes: readonly string[];
  readonly step: Step;
}

/** The parts of errors of node-ssh, ssh2 and Node's sockets that tell them apart. */
interface RawError {
  readonly message: string;
  readonly code?: unknown;
  readonly level?: unknown;
  readonly syscall?: unknown;
}

/** Explains in one sentence why an attempt to connect ended. */
export function connectError(cause: unknown, failed: FailedConnect): Error {
  if (isKvmplayError(cause)) return cause;
  const raw = rawErrorOf(cause);
  const { host, user, offered, hint, knownTypes, step } = failed;
  const { subject } = host;
  const unreachable = (message: string): Error => new UnreachableError(message, { cause });

  if (raw.level === 'client-authentication') {
    const tried =
      offered.length === 0 ? 'there is no key, agent or password to offer' : `tried ${offered.join(', ')}`;
    const advice = hint === undefined ? '' : `; ${hint}`;
    return new AuthenticationError(`${subject} does not let ${user} in: ${tried}${advice}`, { cause });
  }
  if (raw.level === 'agent') {
    return new AuthenticationError(`the SSH agent does not sign for ${user} on ${subject}`, { cause });
  }
  const missing = /no matching (.+)/.exec(raw.message)?.[1];
  if (missing === 'host key format' && knownTypes.length > 0) return otherKeyTypeError(knownTypes, host);
  if (missing !== undefined)
    return unreachable(
      `${subject} and kvmplay have no ${missing} in common; ansible_connection: openssh may have`,
    );
  if (typeof raw.code === 'number') return disconnected(raw, failed);

  switch (raw.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unreachable(`${host.address}, the address of ${subject}, does not resolve`);
    case 'ECONNREFUSED':
      return unreachable(`${subject} refuses connections: no sshd listens there`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable(`no route leads to ${subject}`);
  }
  if (raw.syscall === 'connect') return unreachable(`${subject} does not answer (${String(raw.code)})`);
  if (isHangUp(raw)) return unreachable(`${subject} hangs up ${hangUpPlaces[step]}`);
  return unreachable(`${subject} does not speak SSH as expected: ${raw.message}`);
}

/**
 * True when a retry may succeed. An sshd with too many logins under way hangs up before it greets, and one that restarts
 * refuses for a moment. A later failure would come again.
 */
export function isWorthRetrying(cause: unknown, step: Step, failure: number): boolean {
  const raw = rawErrorOf(cause);
  if (raw.code === 'ECONNREFUSED') return failure < refusalsToRetry;
  return step !== 'login' && raw.syscall !== 'connect' && isHangUp(raw);
}

/** The error of a connect that ran out of time, also while it was retrying. */
export function connectTimeoutError(
  subject: string,
  timeout: number,
  { step, lastFailure }: Progress,
): UnreachableError {
  const time = formatDuration(timeout);
  if (lastFailure !== undefined) return new UnreachableError(`${lastFailure} (tried for ${time})`);
  return new UnreachableError(`${subject} is not connected within ${time}: ${stuckPlaces[step]}`);
}

/** A host without sshd shall not hold up the run. */
const refusalsToRetry = 2;

/** When a host hung up. */
export const hangUpPlaces: Readonly<Record<Step, string>> = {
  tcp: 'before the connection stands',
  greeting: 'before it greets: too many logins at once, or it does not want this address',
  handshake: 'during the key exchange',
  login: 'during the login',
};

/** The step that a connect was at when its time ran out. */
export const stuckPlaces: Readonly<Record<Step, string>> = {
  tcp: 'no answer to TCP',
  greeting: 'TCP is connected, but nobody speaks SSH',
  handshake: 'it stopped during the key exchange',
  login: 'it stopped during the login',
};

/** node-ssh reports every close before the login is done as a time-out of this text. */
function isHangUp({ code, message }: RawError): boolean {
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    message === 'No response from server' ||
    message === 'Connection lost before handshake'
  );
}

/** The server said why. */
function disconnected(raw: RawError, { host, user, offered }: FailedConnect): Error {
  if (/too many authentication failures/i.test(raw.message)) {
    return new AuthenticationError(
      `${host.subject} does not let ${user} in: it allows fewer attempts than there are ways to try (${offered.join(', ')}); name the one key to use`,
      { cause: raw },
    );
  }
  return new UnreachableError(`${host.subject} ends the connection: ${raw.message}`, { cause: raw });
}

function rawErrorOf(cause: unknown): RawError {
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? (cause as RawError)
    : { message: String(cause) };
}
