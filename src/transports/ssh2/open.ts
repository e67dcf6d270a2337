import type { Duplex } from 'node:stream';

import { NodeSSH } from 'node-ssh';
import type { Algorithms, Client } from 'ssh2';

import { authHandlerOf } from '../login/auth-handler.ts';
import type { LoginOffer } from '../login/authentication.ts';
import { connectError, connectTimeoutError, isWorthRetrying, type Progress } from '../connect-errors.ts';
import { backOff } from '../handshakes.ts';
import { hostAddressOf, hostKeyGate, type HostAddress } from '../host-keys/host-key.ts';
import type { KnownHosts } from '../host-keys/known-hosts.ts';
import { repliesGiven, loginHint, type LoginWays } from '../login/login-hint.ts';
import { shorter, sleep, withLimits, type OnCut, type Paused } from '../limits.ts';
import { retryUnreachable } from '../retry-unreachable.ts';
import type { SshSettings } from './settings.ts';
import type { SshShared } from './shared.ts';
import { openSocket } from './socket.ts';
import type { ConnectOptions } from '../transport.ts';

/** A connection over which somebody is logged in. */
export interface OpenSsh {
  readonly ssh: NodeSSH;
  readonly client: Client;
  readonly socket: Duplex;
  /** The last error of the connection. */
  readonly lastError: () => Error | undefined;
}

const defaultConnectTimeout = 10_000;

/** A peer that is gone takes no farewell: after this long the connection is cut. */
const farewellTimeout = 500;

const algorithms: Algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    // Group exchange is left out: it keeps the whole process busy for more than a second, for each connection.
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
};

/** Connects and logs in. Retries failures that may pass. */
export function openSsh(
  settings: SshSettings,
  shared: SshShared,
  { signal, timeout, limit }: ConnectOptions = {},
): Promise<OpenSsh> {
  const host = hostAddressOf(settings);
  const { retries = 0, connectTimeout, usualConnectTimeout = defaultConnectTimeout } = settings;
  const time = connectTimeout ?? timeout ?? usualConnectTimeout;
  const progress: Progress = { step: 'tcp' };
  const started = performance.now();
  const limits = {
    signal,
    timeout: limit,
    timeoutError: () => connectTimeoutError(host.subject, limit ?? time, progress),
  };
  return withLimits(limits, async (onCut) => {
    // A person may have to type a passphrase first, so the time for connecting does not run yet.
    const offer = await shared.keyRing.offer({ subject: `${settings.user}@${settings.name}`, ...settings });
    const known = await shared.knownHosts(settings.knownHostsFiles).load();
    const attempt: Attempt = { settings, shared, host, offer, known, progress };
    const timeoutError = (): Error => connectTimeoutError(host.subject, time, progress);
    const connectOnce = (): Promise<OpenSsh> =>
      shared.handshakes.for(host.endpoint, { isUrgent: limit !== undefined })(() =>
        withLimits({ signal, timeout: shorter(time, limit, started), timeoutError }, (onTimeout, paused) =>
          connectWithRetries(attempt, onTimeout, paused),
        ),
      );
    const opened = await retryUnreachable(connectOnce, { retries, onCut, random: shared.random });
    onCut(() => void closeSsh(opened));
    return opened;
  });
}

/** Says goodbye, and does not wait long for an answer. */
export async function closeSsh({ ssh, socket }: OpenSsh): Promise<void> {
  if (socket.closed) return;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const impatience = setTimeout(() => socket.destroy(), farewellTimeout);
  ssh.dispose();
  if (socket.writableFinished) socket.destroy();
  else socket.once('finish', () => socket.destroy());
  socket.end();
  await closed;
  clearTimeout(impatience);
}

interface Attempt {
  readonly settings: SshSettings;
  readonly shared: SshShared;
  readonly host: HostAddress;
  readonly offer: LoginOffer;
  readonly known: KnownHosts;
  readonly progress: Progress;
}

async function connectWithRetries(attempt: Attempt, onCut: OnCut, paused: Paused): Promise<OpenSsh> {
  const cut = { isCut: false };
  onCut(() => (cut.isCut = true));
  for (let failure = 0; ; failure++) {
    attempt.progress.step = 'tcp';
    delete attempt.progress.ways;
    try {
      return await handshake(attempt, onCut, paused);
    } catch (cause) {
      const error = explain(cause, attempt);
      if (cut.isCut || !isWorthRetrying(cause, attempt.progress.step, failure)) throw error;
      attempt.progress.lastFailure = error.message;
      // When the wait is cut, the error of the cut has been thrown already.
      if (!(await sleep(backOff(failure, attempt.shared.random), onCut))) throw error;
    }
  }
}

async function handshake(attempt: Attempt, onCut: OnCut, paused: Paused): Promise<OpenSsh> {
  const { settings, shared, host, offer, known, progress } = attempt;
  const { user, address } = settings;
  const socket = await openSocket(settings, { bastions: shared.bastions, host, onCut, paused });
  // Until ssh2 listens, and after it has stopped: an error event that nobody hears ends the process.
  socket.on('error', () => undefined);
  if (isConnecting(socket)) socket.once('connect', () => (progress.step = 'greeting'));
  else progress.step = 'greeting';
  onCut(() => socket.destroy());

  const store = shared.knownHosts(settings.knownHostsFiles);
  const gate = hostKeyGate(known, { host, policy: settings.hostKeyChecking, files: store.files });
  let loginFailure: unknown;
  const ssh = new NodeSSH();
  const connecting = ssh.connect({
    host: address,
    // ssh2 uses only those members of a socket that every duplex stream has.
    sock: socket,
    username: user,
    authHandler: authHandlerOf(offer, {
      user,
      subject: `${user}@${settings.name}`,
      host: host.subject,
      whileAsked: paused,
      onWays: ({ accepted, isPartial }) =>
        (progress.ways = { accepted, isPartial: isPartial || progress.ways?.isPartial === true }),
      onAnswered: () => (progress.hasAnswered = true),
      onFailure: (error) => (loginFailure = error),
    }),
    algorithms: { ...algorithms, serverHostKey: [...gate.algorithms] },
    hostVerifier: (key: Buffer) => gate.verify(key),
    // The time for all attempts together is limited above.
    readyTimeout: 0,
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
  });
  // node-ssh stops listening for errors once it is connected; each command in flight adds listeners of its own.
  const client = ssh.connection;
  client?.on('error', (error) => (progress.lastError = error));
  socket.once('data', (chunk: Buffer) => {
    if (chunk.includes('SSH-')) progress.step = 'handshake';
  });
  client?.once('handshake', () => (progress.step = 'login'));
  client?.setMaxListeners(0);

  try {
    await connecting;
    // Only now has the host proved that the key is its own.
    const newKey = gate.newKey();
    if (newKey !== undefined) await store.add(host.onRecord, newKey);
    if (client === null) throw new Error('node-ssh lost its connection');
    return { ssh, client, socket, lastError: () => progress.lastError };
  } catch (error) {
    socket.destroy();
    throw gate.refusal() ?? loginFailure ?? error;
  }
}

function hintFor(offer: LoginOffer, { ways }: Progress): string | undefined {
  const forKerberos = 'for which there is ansible_connection: openssh';
  return ways && loginHint(ways, { tried: triedBy(offer, ways), forKerberos });
}

/** The names of the protocol for the ways that a login tries. */
function triedBy({ methods, asksQuestions }: LoginOffer, { isPartial }: LoginWays): readonly string[] {
  const tried = methods.flatMap(({ type }) =>
    type === 'password' ? ['password', 'keyboard-interactive'] : ['publickey'],
  );
  return isPartial || asksQuestions === true ? [...tried, 'keyboard-interactive'] : tried;
}

function isConnecting(socket: Duplex): boolean {
  return 'connecting' in socket && socket.connecting === true;
}

function explain(cause: unknown, { settings, host, offer, known, progress }: Attempt): Error {
  return connectError(cause, {
    host,
    user: settings.user,
    offered: [
      ...offer.methods.map(({ description }) => description),
      ...(progress.hasAnswered === true ? [repliesGiven] : []),
    ],
    hint: offer.notOffered?.join(', ') ?? hintFor(offer, progress),
    knownTypes: known.keyTypes(host.onRecord.name, host.onRecord.port),
    step: progress.step,
  });
}
