import { connect as connectSocket, isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { NodeSSH } from 'node-ssh';
import type { Algorithms } from 'ssh2';

import {
  authHandlerOf,
  createKeyRing,
  type KeyRing,
  type KeyRingOptions,
  type LoginPlan,
  type LoginSettings,
} from './authentication.ts';
import type { BecomeSettings } from './become.ts';
import { connectError, connectTimeoutError, isWorthRetrying, type Progress } from './connect-errors.ts';
import { backOff, createHandshakes, type Handshakes } from './handshakes.ts';
import { hostKeyGate, type HostAddress, type HostKeyChecking } from './host-key.ts';
import { openKnownHosts, type KnownHostsStore } from './known-hosts-store.ts';
import type { KnownHosts } from './known-hosts.ts';
import { sleep, withLimits, type OnCut } from './limits.ts';
import { sshConnection } from './ssh-connection.ts';
import type { Connection, ConnectOptions, Transport } from './transport.ts';

/** One host, and how to log in there. */
export interface SshSettings extends LoginSettings {
  /** Where the host's key is on record; default: the run's files. */
  readonly knownHostsFile?: string | undefined;
  /** Name in the inventory, for messages. */
  readonly name: string;
  /** Name or address to connect to. */
  readonly address: string;
  readonly port: number;
  readonly hostKeyChecking: HostKeyChecking;
  readonly become?: BecomeSettings;
}

/** What the hosts of a run share. */
export interface SshShared {
  readonly handshakes: Handshakes;
  readonly keyRing: KeyRing;
  /** The host keys on record: those of a host's own file, or the run's. */
  readonly knownHosts: (file: string | undefined) => KnownHostsStore;
  readonly random: () => number;
}

const defaultConnectTimeout = 10_000;

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

/** Reaches a host over SSH. Without `shared`, nothing is shared with other hosts. */
export function sshTransport(settings: SshSettings, shared: SshShared = createSshShared()): Transport {
  const { name, address, port } = settings;
  const endpoint = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  const subject = name === address && port === 22 ? name : `${name} (${endpoint})`;
  const host: HostAddress = { subject, address, port };

  return {
    connect({ signal, timeout = defaultConnectTimeout }: ConnectOptions = {}): Promise<Connection> {
      return withLimits({ signal }, async (onCut) => {
        // Somebody may have to type a passphrase first: that takes the time it takes.
        const plan = await shared.keyRing.plan(settings);
        const store = shared.knownHosts(settings.knownHostsFile);
        const known = await store.load();
        const attempt: Attempt = { settings, shared, host, plan, known, progress: { step: 'tcp' } };
        const timeoutError = (): Error => connectTimeoutError(subject, timeout, attempt.progress);
        const connection = await shared.handshakes.for(endpoint)(() =>
          withLimits({ signal, timeout, timeoutError }, (onTimeout) =>
            connectWithRetries(attempt, onTimeout),
          ),
        );
        onCut(() => void connection.close());
        return connection;
      });
    },
  };
}

export interface SshSharedOptions extends KeyRingOptions {
  /** The first one is where new keys go; default: the user's and the system's. */
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** Between 0 and 1. */
  readonly random?: (() => number) | undefined;
}

export function createSshShared(options: SshSharedOptions = {}): SshShared {
  const { knownHostsFiles, random = Math.random, home = homedir() } = options;
  const files = knownHostsFiles ?? [
    join(home, '.ssh', 'known_hosts'),
    join(home, '.ssh', 'known_hosts2'),
    '/etc/ssh/ssh_known_hosts',
  ];
  const stores = new Map<string, KnownHostsStore>();
  return {
    handshakes: createHandshakes(),
    keyRing: createKeyRing(options),
    knownHosts: (file) => {
      const wanted = file === undefined ? files : [file];
      const key = wanted.join('\n');
      const store = stores.get(key) ?? openKnownHosts(wanted);
      stores.set(key, store);
      return store;
    },
    random,
  };
}

interface Attempt {
  readonly settings: SshSettings;
  readonly shared: SshShared;
  readonly host: HostAddress;
  readonly plan: LoginPlan;
  readonly known: KnownHosts;
  readonly progress: Progress;
}

async function connectWithRetries(attempt: Attempt, onCut: OnCut): Promise<Connection> {
  const cut = { isCut: false };
  onCut(() => (cut.isCut = true));
  for (let failure = 0; ; failure++) {
    attempt.progress.step = 'tcp';
    try {
      return await handshake(attempt, onCut);
    } catch (cause) {
      const error = explain(cause, attempt);
      if (cut.isCut || !isWorthRetrying(cause, attempt.progress.step, failure)) throw error;
      attempt.progress.lastFailure = error.message;
      // When the wait is cut, the error of the cut has been thrown already.
      if (!(await sleep(backOff(failure, attempt.shared.random), onCut))) throw error;
    }
  }
}

async function handshake(attempt: Attempt, onCut: OnCut): Promise<Connection> {
  const { settings, shared, host, plan, known, progress } = attempt;
  const { user, address, port } = settings;
  // node-ssh would leave Nagle's algorithm on, which holds each command up for 40 ms.
  const socket = connectSocket({ host: address, port, noDelay: true });
  // Until ssh2 listens, and after it has stopped: an error event that nobody hears ends the process.
  socket.on('error', () => undefined);
  socket.once('connect', () => (progress.step = 'greeting'));
  onCut(() => socket.destroy());

  const store = shared.knownHosts(settings.knownHostsFile);
  const gate = hostKeyGate(known, { host, policy: settings.hostKeyChecking, files: store.files });
  const ssh = new NodeSSH();
  const connecting = ssh.connect({
    host: address,
    sock: socket,
    username: user,
    authHandler: authHandlerOf(plan, user),
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
    if (newKey !== undefined) await store.add(address, port, newKey);
    if (client === null) throw new Error('node-ssh lost its connection');
    const become = settings.become?.user === user ? undefined : settings.become;
    const lastError = (): Error | undefined => progress.lastError;
    return sshConnection({ ssh, client, socket, subject: `${user}@${settings.name}`, become, lastError });
  } catch (error) {
    socket.destroy();
    throw gate.refusal() ?? error;
  }
}

function explain(cause: unknown, { settings, host, plan, known, progress }: Attempt): Error {
  return connectError(cause, {
    host,
    user: settings.user,
    offered: plan.description,
    knownTypes: known.keyTypes(host.address, host.port),
    step: progress.step,
  });
}
