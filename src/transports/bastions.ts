import type { Duplex } from 'node:stream';

import type { ClientChannel } from 'ssh2';

import { AuthenticationError, HostKeyError, isKvmplayError, UnreachableError } from '../errors.ts';
import type { HostAddress } from './host-key.ts';
import type { OnCut, Paused } from './limits.ts';
import { closeSsh, type OpenSsh } from './open-ssh.ts';
import type { SshSettings } from './ssh-settings.ts';
import { StreamSocket } from './stream-socket.ts';

/** The hosts over which others are reached: one connection to each, shared by all behind it. */
export interface Bastions {
  /** A stream from the bastion to the sshd of a host behind it. */
  forward(bastion: SshSettings, to: Endpoint, request: ForwardRequest): Promise<Duplex>;
  /** Ends all connections; who asks later gets new ones. */
  close(): Promise<void>;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface ForwardRequest {
  /** Who is to be reached, for messages. */
  readonly host: HostAddress;
  readonly onCut: OnCut;
  readonly paused: Paused;
}

/** Between two connections to hosts behind it, a bastion's own is kept. */
const lingering = 10_000;

/** A bastion from which nothing was heard for this long is asked whether it is still there. */
const quietAfter = 1000;

/** How long it may take to answer. */
const answerTimeout = 3000;

export function createBastions(open: (bastion: SshSettings) => Promise<OpenSsh>): Bastions {
  const lines = new Map<string, Line>();

  const lineTo = async (bastion: SshSettings): Promise<Line> => {
    // Two hosts may reach the same bastion by different ways, or as different users.
    const key = JSON.stringify(bastion);
    const known = lines.get(key);
    if (known !== undefined) {
      if (await known.isUsable()) return known;
      // Who is on it may still finish; nobody new gets on.
      known.retire();
      if (lines.get(key) === known) lines.delete(key);
    }
    const line = lines.get(key) ?? new Line(open(bastion));
    lines.set(key, line);
    return line;
  };

  return {
    async forward(bastion, to, { host, onCut, paused }) {
      for (let attempt = 0; ; attempt++) {
        // The time to connect to the host is not spent on the bastion, which has its own.
        const line = await paused(lineTo(bastion));
        const opened = await paused(line.opened).catch((error: unknown) => {
          throw bastionError(error, host, bastion);
        });
        try {
          return await line.forward(opened, to, onCut);
        } catch (error) {
          if (attempt === 0 && !isStanding(opened)) continue;
          throw forwardError(error, host, bastion);
        }
      }
    },
    async close() {
      const ending = [...lines.values()].map((line) => line.close());
      lines.clear();
      await Promise.all(ending);
    },
  };
}

/** The connection to one bastion, and who uses it. */
class Line {
  readonly opened: Promise<OpenSsh>;
  #users = 0;
  #heardAt = 0;
  #isFinal = false;
  #isRetired = false;
  #answer: Promise<boolean> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(opened: Promise<OpenSsh>) {
    this.opened = opened;
    opened.then(
      ({ socket }) => {
        this.#heardAt = performance.now();
        socket.on('data', () => (this.#heardAt = performance.now()));
        this.#letGoLater();
      },
      // A key that was refused once would be refused to each host behind: sshd may then refuse us altogether.
      (error: unknown) =>
        (this.#isFinal = error instanceof AuthenticationError || error instanceof HostKeyError),
    );
  }

  /** False for a connection that is gone, also when nobody has told us so. */
  async isUsable(): Promise<boolean> {
    let opened: OpenSsh;
    try {
      opened = await this.opened;
    } catch {
      return this.#isFinal;
    }
    if (!isStanding(opened)) return false;
    if (performance.now() - this.#heardAt < quietAfter) return true;
    this.#answer ??= answers(opened).finally(() => (this.#answer = undefined));
    return await this.#answer;
  }

  async forward(opened: OpenSsh, to: Endpoint, onCut: OnCut): Promise<Duplex> {
    this.#users += 1;
    clearTimeout(this.#idle);
    try {
      const channel = await openChannel(opened, to, onCut);
      let isReleased = false;
      return new StreamSocket({
        readable: channel,
        writable: channel,
        onEnd(listener) {
          channel.once('end', () => listener());
          channel.once('close', () => listener());
        },
        close: () => {
          channel.close();
          if (!isReleased) this.#release();
          isReleased = true;
        },
      });
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  retire(): void {
    this.#isRetired = true;
    if (this.#users === 0) void this.close();
  }

  async close(): Promise<void> {
    this.#isRetired = true;
    clearTimeout(this.#idle);
    const opened = await this.opened.catch(() => undefined);
    if (opened !== undefined) await closeSsh(opened);
  }

  #release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    if (this.#isRetired) void this.close();
    else this.#letGoLater();
  }

  #letGoLater(): void {
    clearTimeout(this.#idle);
    if (this.#isRetired) return;
    this.#idle = setTimeout(() => void this.close(), lingering);
  }
}

function isStanding({ socket }: OpenSsh): boolean {
  return socket.readable && socket.writable;
}

/** Whether the bastion answers a question that changes nothing: to end a forwarding that does not exist. */
function answers({ client }: OpenSsh): Promise<boolean> {
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

/** Why a bastion is not reached is why the host is not. */
function bastionError(error: unknown, { subject }: HostAddress, bastion: SshSettings): Error {
  const message = error instanceof Error ? error.message : String(error);
  const told = `${subject} is reached over ${bastion.name}: ${message}`;
  const code = isKvmplayError(error) ? error.code : '';
  if (code === 'KVMPLAY_HOST_KEY') return new HostKeyError(told, { cause: error });
  if (code === 'KVMPLAY_AUTHENTICATION') return new AuthenticationError(told, { cause: error });
  return new UnreachableError(told, { cause: error });
}

/** What sshd says of a port that it does not reach, as a socket of our own would have said it. */
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
  // Without a reason the bastion itself went away in the middle: as if it had hung up.
  return Object.assign(new Error(error.message, { cause: error }), {
    code: code ?? 'ECONNRESET',
    ...(code !== undefined && { syscall: 'connect' }),
  });
}
