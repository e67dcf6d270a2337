import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import type { TransportDefaults } from '../../src/transports/index.ts';
import { createAccount, type Account } from './support/account.ts';
import { transportTo } from './support/host.ts';
import { makeKey, type KeyPair } from './support/keys.ts';
import { prepareMachine } from './support/machine.ts';
import { startSshd, type Sshd } from './support/sshd.ts';

const run = promisify(execFile);

// Other rings may run at the same time: what has to be quick measures that itself.
jest.setTimeout(30_000);

let sshd: Sshd;
let account: Account;
let directory: string;
let known: string;
let shown: KeyPair;
let ecdsa: KeyPair;
let stranger: KeyPair;
let subject: string;
let name: string;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  sshd = await startSshd({ hostKeyTypes: ['ed25519', 'ecdsa'] });
  [shown, ecdsa] = sshd.hostKeys as [KeyPair, KeyPair];
  stranger = await makeKey(join(sshd.directory, 'stranger'));
  subject = `kvm1 (127.0.0.1:${sshd.port})`;
  name = `[127.0.0.1]:${sshd.port}`;
}, 180_000);

afterAll(async () => {
  await sshd.stop();
  await account.remove();
}, 30_000);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kvmplay-known-'));
  known = join(directory, 'known_hosts');
});

afterEach(() => rm(directory, { recursive: true }));

/** Connects under the known_hosts file of the test. */
async function connect(defaults: TransportDefaults = {}): Promise<void> {
  const reach = { defaults: { knownHostsFiles: [known], ...defaults } };
  const connection = await transportTo(sshd, account.name, reach).connect();
  await connection.close();
}

describe('host key checking', () => {
  it('accepts a key that is on record', async () => {
    await writeFile(known, `# comment\n\n${name} ${shown.publicKey} with a comment\n`);

    await expect(connect()).resolves.toBeUndefined();
  });

  it('accepts a key on record under a hashed name', async () => {
    const salt = Buffer.from('twenty bytes of salt');
    const hash = createHmac('sha1', salt).update(name).digest('base64');
    await writeFile(known, `|1|${salt.toString('base64')}|${hash} ${shown.publicKey}\n`);

    await expect(connect()).resolves.toBeUndefined();
  });

  it('accepts a host that is known by its ECDSA key only', async () => {
    await writeFile(known, `${name} ${ecdsa.publicKey}\n`);

    await expect(connect()).resolves.toBeUndefined();
  });

  it('refuses an unknown key, and tells how to trust it', async () => {
    await expect(connect()).rejects.toMatchObject({
      name: 'HostKeyError',
      message: `${subject} shows the host key ssh-ed25519 ${shown.fingerprint}, and there is none on record for ${name} in ${known}; check the fingerprint and add the key with: ssh-keyscan -p ${sshd.port} 127.0.0.1 >> ${known}, or trust new hosts with --host-key-checking accept-new`,
    });
  });

  it.each(['yes', 'accept-new'] as const)(
    'refuses another key than the one on record under %s',
    async (policy) => {
      await writeFile(known, `\n${name} ${stranger.publicKey}\n`);

      await expect(connect({ hostKeyChecking: policy })).rejects.toMatchObject({
        name: 'HostKeyError',
        message: `${subject} shows the host key ssh-ed25519 ${shown.fingerprint}, but ${known}:2 holds ssh-ed25519 ${stranger.fingerprint}: somebody may be in between, or the host was reinstalled; in that case forget the old key with: ssh-keygen -f ${known} -R '${name}'`,
      });
    },
  );

  it('refuses a host that is known by a key of a type it no longer has', async () => {
    const rsa = await makeKey(join(directory, 'rsa'), 'rsa');
    await writeFile(known, `${name} ${rsa.publicKey}\n`);

    await expect(connect()).rejects.toMatchObject({
      name: 'HostKeyError',
      message: `${subject} is known by ssh-rsa, but offers no host key of that type; if it was reinstalled, forget its old key with: ssh-keygen -R '${name}'`,
    });
  });

  it.each(['yes', 'accept-new', 'no'] as const)('refuses a revoked key under %s', async (policy) => {
    await writeFile(known, `${name} ${shown.publicKey}\n@revoked * ${shown.publicKey}\n`);

    await expect(connect({ hostKeyChecking: policy })).rejects.toMatchObject({
      name: 'HostKeyError',
      message: `${subject} shows the host key ssh-ed25519 ${shown.fingerprint}, which ${known}:2 revokes`,
    });
  });

  it('says that a certificate authority does not help', async () => {
    await writeFile(known, `@cert-authority * ${stranger.publicKey}\n`);

    await expect(connect()).rejects.toThrow(
      `(the certificate authority of ${known}:1 helps with ansible_connection: openssh only)`,
    );
  });

  it('accepts any key but a revoked one under no, and leaves the file alone', async () => {
    const before = `${name} ${stranger.publicKey}\n`;
    await writeFile(known, before);

    await connect({ hostKeyChecking: 'no' });

    expect(await readFile(known, 'utf8')).toBe(before);
  });

  it('does not mind under no that a host has lost the type of key it is known by', async () => {
    const rsa = await makeKey(join(directory, 'rsa'), 'rsa');
    await writeFile(known, `${name} ${rsa.publicKey}\n`);

    await expect(connect({ hostKeyChecking: 'no' })).resolves.toBeUndefined();
  });

  it('puts a new key on record under accept-new, once, and keeps the rest of the file', async () => {
    const before = `other ${stranger.publicKey}`;
    await writeFile(known, before, { mode: 0o640 });

    await Promise.all(Array.from({ length: 4 }, () => connect({ hostKeyChecking: 'accept-new' })));

    expect(await readFile(known, 'utf8')).toBe(`${before}\n${name} ${shown.publicKey}\n`);
    expect((await stat(known)).mode & 0o777).toBe(0o640);
    await expect(connect()).resolves.toBeUndefined();
  });

  it('makes a file that is missing, for its owner only', async () => {
    known = join(directory, 'new', 'known_hosts');

    await connect({ hostKeyChecking: 'accept-new' });

    expect(await readFile(known, 'utf8')).toBe(`${name} ${shown.publicKey}\n`);
    expect((await stat(known)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('looks into several files', async () => {
    const second = join(directory, 'second');
    await writeFile(second, `${name} ${shown.publicKey}\n`);

    await expect(connect({ knownHostsFiles: [known, second] })).resolves.toBeUndefined();
  });

  it('agrees with ssh-keygen about the names it hashes', async () => {
    await writeFile(known, `${name} ${shown.publicKey}\n`);
    await appendFile(known, `other ${stranger.publicKey}\n`);
    await run('ssh-keygen', ['-H', '-f', known]);

    expect(await readFile(known, 'utf8')).not.toContain('127.0.0.1');
    await expect(connect()).resolves.toBeUndefined();
  });
});

describe('a private key', () => {
  const passphrase = 'correct horse';
  let log: string[];

  beforeEach(async () => {
    log = [];
    await writeFile(known, `${name} ${shown.publicKey}\n`);
  });

  function connectWith(key: string, defaults: TransportDefaults = {}): Promise<unknown> {
    const transport = transportTo(sshd, account.name, {
      key,
      defaults: { knownHostsFiles: [known], ...defaults },
    });
    const once = async (): Promise<void> => (await transport.connect()).close();
    return Promise.all([once(), once()]);
  }

  async function authorize(key: KeyPair): Promise<void> {
    await appendFile(join(sshd.directory, 'authorized_keys'), `${key.publicKey}\n`);
  }

  it.each(['ecdsa', 'rsa'] as const)('of type %s logs in', async (type) => {
    const key = await makeKey(join(directory, type), type);
    await authorize(key);

    await expect(connectWith(key.file)).resolves.toBeDefined();
  });

  it('that is encrypted is asked for once in a run', async () => {
    const key = await makeKey(join(directory, 'locked'), 'ed25519', { passphrase });
    await authorize(key);

    await connectWith(key.file, {
      askSecret: (question) => {
        log.push(question);
        return Promise.resolve(passphrase);
      },
    });

    expect(log).toEqual([`Passphrase of ${key.file}: `]);
  });

  it('that is encrypted is not used with a wrong passphrase', async () => {
    const key = await makeKey(join(directory, 'locked'), 'ed25519', { passphrase });

    const connecting = connectWith(key.file, { askSecret: () => Promise.resolve('wrong horse') });

    await expect(connecting).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `the passphrase of ${key.file} is wrong`,
    });
  });

  it('in an agent logs in without its file being unlocked', async () => {
    const key = await makeKey(join(directory, 'agent-key'), 'ed25519', { passphrase: '' });
    await authorize(key);
    const socket = join(directory, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      await waitFor(socket);
      await run('ssh-add', ['-q', key.file], { env: { ...globalThis.process.env, SSH_AUTH_SOCK: socket } });
      await run('ssh-keygen', ['-q', '-p', '-N', passphrase, '-f', key.file]);

      const connecting = connectWith(key.file, { agentSocket: socket });

      await expect(connecting).resolves.toBeDefined();
    } finally {
      agent.kill();
    }
  });

  it('is found under its default name when none is named, also with a stale agent', async () => {
    const home = join(directory, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    await authorize(await makeKey(join(home, '.ssh', 'id_ecdsa'), 'ecdsa'));
    const defaults = { knownHostsFiles: [known], home, agentSocket: join(directory, 'nobody') };

    const connection = await transportTo(sshd, account.name, { key: null, defaults }).connect();

    await connection.close();
  });

  it.each([
    ['does not exist', 'missing', undefined],
    ['is in PKCS#8 format', 'pkcs8', 'PKCS8'],
  ] as const)('that %s is named in one sentence', async (reason, file, format) => {
    const path = join(directory, file);
    if (format !== undefined) await makeKey(path, 'rsa', { format });

    await expect(connectWith(path)).rejects.toThrow(`private key ${path} ${reason}`);
  });
});

async function waitFor(path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
