import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { runCli } from '../../src/cli/cli.ts';
import { fakeIo } from '../cli/fake-io.ts';
import { createAccount, type Account } from './support/account.ts';
import { transportTo, type Reach } from './support/host.ts';
import { makeKey } from './support/keys.ts';
import { prepareMachine } from './support/machine.ts';
import { withServer } from './support/proxy.ts';
import { startSshd, withSshd, type Sshd } from './support/sshd.ts';

// Other rings may run at the same time: what has to be quick measures that itself.
jest.setTimeout(30_000);

let sshd: Sshd;
let account: Account;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  sshd = await startSshd();
}, 180_000);

afterAll(async () => {
  await sshd.stop();
  await account.remove();
}, 30_000);

/** Who a script runs as on the other side of a new connection. */
async function whoAmI(to: Sshd, reach: Reach): Promise<string> {
  const connection = await transportTo(to, account.name, reach).connect();
  try {
    return (await connection.exec('id -un')).stdout.trim();
  } finally {
    await connection.close();
  }
}

/** PAM asks, as for one-time passwords. */
const asking = ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'];
const askingToo = [...asking, 'AuthenticationMethods publickey,keyboard-interactive'];

describe.each(['ssh', 'openssh'] as const)('keyboard-interactive by %s', (connection) => {
  it('is answered with the password', async () => {
    await withSshd({ lines: asking }, async (server) => {
      const vars = { ansible_password: account.password };

      expect(await whoAmI(server, { connection, key: null, vars })).toBe(account.name);
    });
  });

  it('is answered with a wrong password once', async () => {
    await withSshd({ lines: asking }, async (server) => {
      const vars = { ansible_password: 'guess' };

      await expect(whoAmI(server, { connection, key: null, vars })).rejects.toMatchObject({
        name: 'AuthenticationError',
        message: `kvm1 (127.0.0.1:${server.port}) does not let ${account.name} in: tried password`,
      });
      expect(server.log().split('Failed keyboard-interactive').length - 1).toBeLessThanOrEqual(1);
      expect(server.log().split('Postponed keyboard-interactive').length - 1).toBeLessThanOrEqual(2);
    });
  });

  it('follows a key where sshd wants both', async () => {
    await withSshd({ lines: askingToo }, async (server) => {
      const vars = { ansible_password: account.password };

      expect(await whoAmI(server, { connection, vars })).toBe(account.name);
    });
  });
});

describe('keyboard-interactive by ssh', () => {
  it('is put to a person where the inventory has no answer', async () => {
    await withSshd({ lines: askingToo }, async (server) => {
      const asked: string[] = [];
      const askSecret = async (question: string): Promise<string> => {
        asked.push(question);
        // Longer than there is to connect: somebody looks for a token.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return account.password;
      };
      const vars = { ansible_timeout: 1 };

      expect(await whoAmI(server, { vars, defaults: { askSecret } })).toBe(account.name);
      expect(asked).toEqual([expect.stringMatching(`^${account.name}@kvm1: .*Password: $`)]);
    });
  });

  it('says what is asked where nobody is there to answer', async () => {
    await withSshd({ lines: askingToo }, async (server) => {
      await expect(whoAmI(server, {})).rejects.toMatchObject({
        message: expect.stringMatching(/asks ".*Password:", and nobody is there to answer/),
      });
    });
  });
});

describe('a login by ssh', () => {
  it('offers no key with a certificate beside it without saying what it lacks', async () => {
    const key = await makeKey(join(sshd.directory, 'certified'));
    await writeFile(`${key.file}-cert.pub`, 'ssh-ed25519-cert-v01@openssh.com AAAA\n');

    await expect(whoAmI(sshd, { key: key.file })).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringContaining(
        `tried key ${key.file} without its certificate, which needs ansible_connection: openssh`,
      ),
    });
  });

  it('takes the key that ssh_config names', async () => {
    const config = join(sshd.directory, 'ssh_config');
    const lines = [
      'Host kvm1.example.com',
      'HostName 127.0.0.1',
      `Port ${sshd.port}`,
      `User ${account.name}`,
      `IdentityFile ${sshd.directory}/%n-%r`,
      `IdentityFile ${sshd.userKey.file}`,
      'IdentitiesOnly yes',
      `HostKeyAlias named`,
      `UserKnownHostsFile ${sshd.directory}/aliases`,
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    await writeFile(join(sshd.directory, 'aliases'), `named ${sshd.hostKeys[0]?.publicKey ?? ''}\n`);
    const vars = { ansible_host: 'kvm1.example.com', ansible_port: '', ansible_user: '' };

    expect(await whoAmI(sshd, { key: null, vars, defaults: { sshConfigFile: config } })).toBe(account.name);
  });
});

describe.each(['ssh', 'openssh'] as const)('passwords of a run by %s', (connection) => {
  async function ping(
    options: readonly string[],
    answers: readonly string[] = [],
  ): Promise<[number, string]> {
    const left = [...answers];
    const inventory = join(sshd.directory, 'hosts.json');
    const kvm1 = { ansible_host: '127.0.0.1', ansible_port: sshd.port, ansible_connection: connection };
    await writeFile(inventory, JSON.stringify({ all: { hosts: { kvm1 } } }));
    const config = join(sshd.directory, 'plain_config');
    await writeFile(config, `UserKnownHostsFile ${sshd.knownHosts}\nIdentityFile none\nIdentityAgent none\n`);
    await account.allowSudo('ALL=(ALL) ALL', 'timestamp_timeout=0');
    const io = fakeIo({ cwd: sshd.directory, askSecret: () => Promise.resolve(left.shift() ?? '') });
    const words = ['ping', '-i', inventory, '-u', account.name, '--ssh-config', config, '-b', '--json'];
    const code = await runCli([...words, ...options], io);
    return [code, io.written.stdout + io.written.stderr];
  }

  it('are asked for by -k and -K', async () => {
    const [code, text] = await ping(['-k', '-K'], [account.password, account.password]);

    expect(text).toContain('"user": "root"');
    expect(text).not.toContain('wörd');
    expect(code).toBe(0);
  });

  it('are read from files', async () => {
    await writeFile(join(sshd.directory, 'login'), `${account.password}\nnot this\n`);
    await writeFile(join(sshd.directory, 'become'), `${account.password}\n`);

    const [code, text] = await ping([
      ...['--connection-password-file', 'login'],
      ...['--become-password-file', 'become', '--become-method', 'sudo'],
    ]);

    expect(text).toContain('"user": "root"');
    expect(code).toBe(0);
  });
});

describe.each(['ssh', 'openssh'] as const)('a host with limits of its own, by %s', (connection) => {
  it('is tried anew as often as the inventory says', async () => {
    await withServer(
      () => undefined,
      async ({ port, count }) => {
        const vars = { ansible_timeout: 0.3, ansible_ssh_retries: 2, ansible_port: port };

        await expect(whoAmI(sshd, { connection, vars })).rejects.toMatchObject({
          name: 'UnreachableError',
          message: `kvm1 (127.0.0.1:${port}) is not connected within 300 ms: TCP is connected, but nobody speaks SSH`,
        });
        expect(count()).toBe(3);
      },
    );
  });

  it('is not tried anew when it refuses a login', async () => {
    const before = sshd.log().split('Failed password').length;
    const vars = { ansible_ssh_retries: 2, ansible_password: 'guess' };

    await expect(whoAmI(sshd, { connection, key: null, vars })).rejects.toMatchObject({
      name: 'AuthenticationError',
    });
    expect(sshd.log().split('Failed password').length - before).toBe(1);
  });

  it('tells how long its scripts may take', async () => {
    const vars = { ansible_command_timeout: 7 };

    const login = await transportTo(sshd, account.name, { connection, vars }).connect();

    expect(login.commandTimeout).toBe(7000);
    await login.close();
  });
});
