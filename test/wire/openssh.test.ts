import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createAccount, type Account } from './support/account.ts';
import { transportTo, whoAmI, type Reach } from './support/host.ts';
import { makeKey, type KeyPair } from './support/keys.ts';
import { prepareMachine } from './support/machine.ts';
import { startSshd, withSshd, type Sshd } from './support/sshd.ts';

const run = promisify(execFile);

// Other rings may run at the same time.
jest.setTimeout(30_000);

let sshd: Sshd;
let account: Account;
let directory: string;
let subject: string;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  sshd = await startSshd();
  subject = `kvm1 (127.0.0.1:${sshd.port})`;
}, 180_000);

afterAll(async () => {
  await sshd.stop();
  await account.remove();
}, 30_000);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kvmplay-test-'));
});

afterEach(() => rm(directory, { recursive: true }));

/** Who a script runs as on the other side of a new connection. */
function whoIsThere(reach: Reach = {}, to: Sshd = sshd): Promise<string> {
  return whoAmI(transportTo(to, account.name, { connection: 'openssh', ...reach }));
}

/** What a host that shows `key` is known by. */
async function putOnRecord(key: string): Promise<readonly string[]> {
  const file = join(directory, 'known_hosts');
  await writeFile(file, key);
  return [file];
}

describe('a connection by openssh', () => {
  it("tells a script's exit code 255 from the one of ssh", async () => {
    const connection = await transportTo(sshd, account.name, { connection: 'openssh' }).connect();

    const result = await connection.exec('echo out; printf err >&2; exit 255');

    expect(result).toEqual({ code: 255, stdout: 'out\n', stderr: 'err' });
    await connection.close();
  });

  it('leaves no process and no file behind when its controller is killed', async () => {
    const { port, knownHosts, userKey } = sshd;
    const words = ['scripts/run.mjs', 'test/wire/support/dying-openssh-controller.ts'];
    const child = spawn(
      process.execPath,
      [...words, JSON.stringify({ port, knownHosts, userKey }), account.name],
      {
        stdio: 'inherit',
        env: { ...process.env, TMPDIR: directory },
      },
    );
    let most = '';
    const watch = setInterval(() => {
      void programsOf(directory).then((programs) => (most = programs === '' ? most : programs));
    }, 50);

    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    clearInterval(watch);

    expect(signal).toBe('SIGKILL');
    expect(most).toContain(`-S ${directory}`);
    await settled(
      async () => (await programsOf(directory)) === '' && (await readdir(directory)).length === 0,
    );
    expect(await programsOf(directory)).toBe('');
    expect(await readdir(directory)).toEqual([]);
  });

  it('does not connect anew by itself when its connection has gone', async () => {
    const connection = await transportTo(sshd, account.name, { connection: 'openssh' }).connect();
    const before = sshd.log().split('Accepted publickey').length;
    const { stdout } = await run('pgrep', ['-f', `^sshd: ${account.name}`]);

    for (const id of stdout.trim().split('\n')) process.kill(Number(id), 'SIGKILL');

    await expect(connection.exec('true')).rejects.toMatchObject({ name: 'ConnectionLostError' });
    expect(sshd.log().split('Accepted publickey').length).toBe(before);
    await connection.close();
  });
});

describe('the ssh program', () => {
  it('logs in with a certificate, at a host that has one', async () => {
    const authority = await makeKey(join(directory, 'authority'));
    const user = await makeKey(join(directory, 'user'));
    await sign(authority, user, ['-n', account.name]);
    const lines = [`TrustedUserCAKeys ${authority.file}.pub`, 'AuthorizedKeysFile none'];

    await withSshd({ lines }, async (certified) => {
      const [hostKey] = certified.hostKeys as [KeyPair];
      await sign(authority, hostKey, ['-h', '-n', '127.0.0.1']);
      await appendFile(
        join(certified.directory, 'sshd_config'),
        `HostCertificate ${hostKey.file}-cert.pub\n`,
      );
      const known = await putOnRecord(`@cert-authority * ${authority.publicKey}\n`);
      await certified.restart();

      const reach = { key: user.file, defaults: { knownHostsFiles: known } };

      expect(await whoIsThere(reach, certified)).toBe(account.name);
      await expect(whoIsThere({ ...reach, key: sshd.userKey.file }, certified)).rejects.toMatchObject({
        name: 'AuthenticationError',
      });
    });
  });

  it('reaches a host that allows a post-quantum key exchange only', async () => {
    const lines = ['KexAlgorithms sntrup761x25519-sha512@openssh.com'];
    await withSshd({ lines }, async (modern) => {
      expect(await whoIsThere({}, modern)).toBe(account.name);
    });
  });

  it('says what nobody has in common', async () => {
    const vars = { ansible_ssh_common_args: '-o KexAlgorithms=diffie-hellman-group14-sha1' };

    await expect(whoIsThere({ vars })).rejects.toMatchObject({
      name: 'UnreachableError',
      message: `${subject} and ssh have no key exchange method in common`,
    });
  });

  it('heeds ssh_config, and jumps', async () => {
    const config = join(directory, 'config');
    const common = `IdentityFile ${sshd.userKey.file}\nUserKnownHostsFile ${sshd.knownHosts}\nUser ${account.name}`;
    await writeFile(
      config,
      `Host bastion behind\nHostName 127.0.0.1\nPort ${sshd.port}\n${common}\nHost behind\nProxyJump bastion\n`,
    );
    const before = sshd.log().split('Accepted publickey').length;
    const vars = {
      ansible_host: 'behind',
      ansible_port: '',
      ansible_user: '',
      ansible_ssh_args: `-F ${config} -o HostKeyAlias=[127.0.0.1]:${sshd.port}`,
    };

    const who = await whoIsThere({ key: null, vars, defaults: { knownHostsFiles: [sshd.knownHosts] } });

    expect(who).toBe(account.name);
    expect(sshd.log().split('Accepted publickey').length - before).toBe(2);
  });

  it('is given the passphrase of a key, which is asked for once in a run', async () => {
    const key = await makeKey(join(directory, 'locked'), 'ed25519', { passphrase: 'correct horse' });
    await appendFile(join(sshd.directory, 'authorized_keys'), `${key.publicKey}\n`);
    const questions: string[] = [];
    const askSecret = (question: string): Promise<string> => {
      questions.push(question);
      return Promise.resolve('correct horse');
    };
    const transport = transportTo(sshd, account.name, {
      connection: 'openssh',
      key: key.file,
      defaults: { askSecret },
    });

    const connections = await Promise.all([transport.connect(), transport.connect()]);

    expect(questions).toEqual([`Passphrase of ${key.file}: `]);
    await Promise.all(connections.map((connection) => connection.close()));
  });

  it('is given no wrong passphrase twice', async () => {
    const key = await makeKey(join(directory, 'locked'), 'ed25519', { passphrase: 'correct horse' });
    await appendFile(join(sshd.directory, 'authorized_keys'), `${key.publicKey}\n`);
    let questions = 0;
    const defaults = {
      askSecret: () => {
        questions++;
        return Promise.resolve('wrong horse');
      },
    };

    await expect(whoIsThere({ key: key.file, defaults })).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `the passphrase of ${key.file} is wrong`,
    });
    expect(questions).toBe(1);
  });

  it('that does not exist is named', async () => {
    const vars = { ansible_ssh_executable: '/nonexistent/ssh' };

    await expect(whoIsThere({ vars })).rejects.toMatchObject({
      name: 'UnreachableError',
      message: `/nonexistent/ssh, the program that should reach ${subject}, does not exist`,
    });
  });
});

describe('host key checking by openssh', () => {
  const name = (): string => `[127.0.0.1]:${sshd.port}`;
  const shown = (): string => `ssh-ed25519 ${sshd.hostKeys[0]?.fingerprint ?? ''}`;

  it('refuses an unknown key, and tells how to trust it', async () => {
    const knownHostsFiles = await putOnRecord('');

    await expect(whoIsThere({ defaults: { knownHostsFiles } })).rejects.toMatchObject({
      name: 'HostKeyError',
      message: `${subject} shows the host key ${shown()}, and there is none on record for ${name()}; check the fingerprint and add the key with: ssh-keyscan -p ${sshd.port} 127.0.0.1 >> ~/.ssh/known_hosts, or trust new hosts with --host-key-checking accept-new`,
    });
  });

  it.each(['yes', 'accept-new'] as const)('refuses another key than on record under %s', async (policy) => {
    const stranger = await makeKey(join(directory, 'stranger'));
    const knownHostsFiles = await putOnRecord(`${name()} ${stranger.publicKey}\n`);
    const [known = ''] = knownHostsFiles;

    const connecting = whoIsThere({ defaults: { knownHostsFiles, hostKeyChecking: policy } });

    await expect(connecting).rejects.toMatchObject({
      name: 'HostKeyError',
      message: `${subject} shows the host key ${shown()}, but ${known}:1 holds another for ${name()}: somebody may be in between, or the host was reinstalled; in that case forget the old key with: ssh-keygen -f ${known} -R '${name()}'`,
    });
  });

  it.each(['yes', 'accept-new', 'no'] as const)('refuses a revoked key under %s', async (policy) => {
    const [hostKey] = sshd.hostKeys as [KeyPair];
    const knownHostsFiles = await putOnRecord(
      `${name()} ${hostKey.publicKey}\n@revoked * ${hostKey.publicKey}\n`,
    );

    const connecting = whoIsThere({ defaults: { knownHostsFiles, hostKeyChecking: policy } });

    await expect(connecting).rejects.toMatchObject({ name: 'HostKeyError' });
    await expect(connecting).rejects.toThrow(`${subject} shows the host key ${shown()}, which `);
  });

  it('puts a new key on record under accept-new', async () => {
    const knownHostsFiles = await putOnRecord('');

    await whoIsThere({ defaults: { knownHostsFiles, hostKeyChecking: 'accept-new' } });

    expect(await readFile(knownHostsFiles[0] ?? '', 'utf8')).toContain(sshd.hostKeys[0]?.publicKey);
    expect(await whoIsThere({ defaults: { knownHostsFiles } })).toBe(account.name);
  });
});

async function sign(authority: KeyPair, key: KeyPair, options: readonly string[]): Promise<void> {
  await run('ssh-keygen', ['-q', '-s', authority.file, '-I', 'test', ...options, `${key.file}.pub`]);
}

/** Processes that were told of this folder, but for the controller. */
async function programsOf(folder: string): Promise<string> {
  const { stdout } = await run('ps', ['-e', '-o', 'args']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(folder))
    .join('\n');
}

async function settled(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
