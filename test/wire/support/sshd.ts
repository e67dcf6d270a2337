import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

import { makeKey, type KeyPair } from './keys.ts';

const sshdProgram = '/usr/sbin/sshd';

/** A real sshd on loopback, with its defaults but for what `lines` say. */
export interface Sshd {
  readonly port: number;
  readonly directory: string;
  readonly hostKeys: readonly KeyPair[];
  /** The key that may log in as anybody. */
  readonly userKey: KeyPair;
  /** A known_hosts file with all host keys. */
  readonly knownHosts: string;
  /** What sshd has logged so far, at level VERBOSE. */
  log(): string;
  /** Lets it read its sshd_config anew. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Of sshd_config. */
  readonly lines?: readonly string[];
  readonly hostKeyTypes?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
  /** The command that runs sshd's, with its folder at hand; default: sshd runs by itself. */
  readonly inside?: (directory: string) => readonly string[];
  /** The name by which PAM knows it; default: sshd. */
  readonly service?: string;
  /** Variables that it has besides those of the test. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startSshd({
  lines = [],
  hostKeyTypes = ['ed25519'],
  inside = () => [],
  service,
  environment = {},
}: SshdOptions = {}): Promise<Sshd> {
  const directory = await mkdtemp(join(tmpdir(), 'kvmplay-sshd-'));
  // sshd reads authorized_keys as the user who logs in.
  await chmod(directory, 0o755);
  const hostKeys = await Promise.all(
    hostKeyTypes.map((type) => makeKey(join(directory, `host-${type}`), type)),
  );
  const userKey = await makeKey(join(directory, 'user'));
  const port = await freePort();
  const knownHosts = join(directory, 'known_hosts');
  await writeFile(join(directory, 'authorized_keys'), `${userKey.publicKey}\n`);
  await writeFile(knownHosts, hostKeys.map((key) => `[127.0.0.1]:${port} ${key.publicKey}\n`).join(''));
  const config = join(directory, 'sshd_config');
  await writeFile(
    config,
    [
      // The first line of a keyword counts.
      ...lines,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      ...hostKeys.map(({ file }) => `HostKey ${file}`),
      `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );

  let sshd = sshdProgram;
  if (service !== undefined) {
    // To PAM it gives the name that it was started by.
    sshd = join(directory, service);
    await symlink(sshdProgram, sshd);
  }
  const prefix = inside(directory);
  const [program, ...args] = [...prefix, sshd, '-D', '-e', '-f', config];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, ...environment },
  });
  const ended = once(child, 'exit');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  await waitForListener('sshd', port, () => (child.exitCode === null ? undefined : log));

  return {
    port,
    directory,
    hostKeys,
    userKey,
    knownHosts,
    log: () => log,
    async restart() {
      child.kill('SIGHUP');
      // It closes its port and begins anew, as the same process.
      while (log.split('Server listening on').length < 3) await new Promise((wake) => setTimeout(wake, 20));
    },
    async stop() {
      // What runs it waits for it, and hears of no other signal.
      child.kill(prefix.length === 0 ? 'SIGTERM' : 'SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts an sshd, lets `work` use it, and stops it. */
export async function withSshd<T>(options: SshdOptions, work: (sshd: Sshd) => Promise<T>): Promise<T> {
  const sshd = await startSshd(options);
  try {
    return await work(sshd);
  } finally {
    await sshd.stop();
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a program accepts connections; `deathOf` is what it said if it has ended instead. */
export async function waitForListener(
  program: string,
  port: number,
  deathOf: () => string | undefined,
): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const log = deathOf();
    if (log !== undefined) throw new Error(`${program} ended at once: ${log}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${program} does not listen on port ${port}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
