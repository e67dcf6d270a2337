import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { runCli } from '../../src/cli/cli.ts';
import { createTransports } from '../../src/transports/index.ts';
import { fakeIo } from '../cli/fake-io.ts';
import { createAccount, type Account } from './support/account.ts';
import { inventoryHost, transportTo, whoAmI, type Reach } from './support/host.ts';
import { prepareMachine } from './support/machine.ts';
import { makeSecurityKey, type SecurityKey } from './support/security-key.ts';
import { startSshd, type Sshd } from './support/sshd.ts';

const run = promisify(execFile);

// Other rings may run at the same time.
jest.setTimeout(30_000);

let account: Account;
let device: SecurityKey;
let sshd: Sshd;
let subject: string;
/** Key files: one to touch for, and one that wants a PIN too. */
let plain: string;
let verifying: string;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  device = await makeSecurityKey();
  const [first, second] = [await device.makeKey('plain'), await device.makeKey('verifying', 'verifies')];
  [plain, verifying] = [first.file, second.file];
  sshd = await startSshd();
  subject = `kvm1 (127.0.0.1:${sshd.port})`;
  await appendFile(join(sshd.directory, 'authorized_keys'), `${first.publicKey}\n${second.publicKey}\n`);
}, 180_000);

afterAll(async () => {
  await sshd.stop();
  await device.remove();
  await account.remove();
}, 30_000);

/** Who a script runs as on the other side of a new connection by openssh. */
function whoIsThere(reach: Reach): Promise<string> {
  const vars = { ansible_ssh_common_args: `-o SecurityKeyProvider=${device.provider}` };
  return whoAmI(transportTo(sshd, account.name, { connection: 'openssh', vars, ...reach }));
}

function refusal(tried: string): object {
  return {
    name: 'AuthenticationError',
    message: `${subject} does not let ${account.name} in: tried ${tried}`,
  };
}

async function waitFor(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1000 && !(await isSo()); attempt++) await sleep(20);
}

describe('a security key by openssh', () => {
  it('is touched once for a login', async () => {
    const before = await device.touches('given');

    expect(await whoIsThere({ key: plain })).toBe(account.name);
    expect((await device.touches('given')) - before).toBe(1);
  });

  it('is given its PIN, which is asked for once in a run', async () => {
    const questions: string[] = [];
    const askSecret = (question: string): Promise<string> => {
      questions.push(question);
      return Promise.resolve(device.pin);
    };
    const transport = transportTo(sshd, account.name, {
      connection: 'openssh',
      key: verifying,
      vars: { ansible_ssh_common_args: `-o SecurityKeyProvider=${device.provider}` },
      defaults: { askSecret },
    });

    for (let time = 0; time < 2; time++) await (await transport.connect()).close();

    expect(questions).toEqual([expect.stringMatching(`^Enter PIN for .* ${verifying}: $`)]);
  });

  it('is waited for longer than there is to connect, and a person is told', async () => {
    const told: string[] = [];
    const defaults = { tellPerson: (message: string): void => void told.push(message) };
    const vars = {
      ansible_timeout: 4,
      ansible_ssh_common_args: `-o SecurityKeyProvider=${device.provider}`,
    };

    const user = await device.byHand(async (touch) => {
      const login = whoIsThere({ key: plain, vars, defaults });
      await waitFor(() => told.length > 0);
      await sleep(4200);
      await touch();
      return login;
    });

    expect(user).toBe(account.name);
    expect(told).toEqual([`kvm1: touch the security key of ${plain}`]);
  });

  it('that signs for another login is named', async () => {
    await device.byHand(async (touch) => {
      const before = await device.touches('wanted');
      const first = whoIsThere({ key: plain });
      await waitFor(async () => (await device.touches('wanted')) > before);

      await expect(whoIsThere({ key: plain })).rejects.toMatchObject(
        refusal(
          `key ${plain}, for which the security key does not sign (invalid format); it signs for one login at a time, when touched: -f 1`,
        ),
      );

      await touch();
      expect(await first).toBe(account.name);
    });
  });

  it('whose PIN nobody gives is named', async () => {
    await expect(whoIsThere({ key: verifying })).rejects.toMatchObject(
      refusal(`key ${verifying}, whose PIN nobody is there to give`),
    );
  });

  it('is given no wrong PIN twice', async () => {
    let questions = 0;
    const askSecret = (): Promise<string> => Promise.resolve(`wrong${questions++}`);

    await expect(whoIsThere({ key: verifying, defaults: { askSecret } })).rejects.toMatchObject(
      refusal(`key ${verifying}, whose PIN is wrong`),
    );
    expect(questions).toBe(1);
  });

  it.each([
    ['is not plugged in', '', ', which no security key at this machine holds'],
    [
      'has no provider',
      '-o SecurityKeyProvider=/nonexistent.so',
      ', for which the security key does not sign (provider /nonexistent.so is not an OpenSSH FIDO library)',
    ],
  ])('that %s is named', async (_what, args, trouble) => {
    const vars = { ansible_ssh_common_args: args };

    await expect(whoIsThere({ key: plain, vars })).rejects.toMatchObject(refusal(`key ${plain}${trouble}`));
  });

  it('is touched once for all hosts behind a bastion', async () => {
    const host = (pattern: string, key: string): string =>
      `Host ${pattern}\nHostName 127.0.0.1\nPort ${sshd.port}\nUser ${account.name}\nIdentityFile ${key}\nIdentitiesOnly yes\nUserKnownHostsFile ${sshd.knownHosts}\n`;
    const config = join(sshd.directory, 'ssh_config');
    await writeFile(
      config,
      `${host('bastion', plain)}SecurityKeyProvider ${device.provider}\n${host('t*', sshd.userKey.file)}`,
    );
    const all = createTransports({ sshConfigFile: config, agentSocket: '', home: '/nonexistent' });
    const before = await device.touches('given');

    const users = await Promise.all(
      ['t1', 't2', 't3'].map(async (name) => {
        const vars = { ansible_connection: 'openssh', ansible_host: name, kvmplay_proxy_jump: 'bastion' };
        const connection = await all(inventoryHost(vars)).connect();
        const { stdout } = await connection.exec('id -un');
        await connection.close();
        return stdout.trim();
      }),
    );
    await all.close();

    expect(users).toEqual([account.name, account.name, account.name]);
    expect((await device.touches('given')) - before).toBe(1);
  });
});

describe('a security key that an agent holds', () => {
  let agent: ChildProcess;
  let socket: string;

  beforeAll(async () => {
    socket = join(sshd.directory, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket, '-P', device.provider], { stdio: 'ignore' });
    await waitFor(() => existsSync(socket));
    await run('ssh-add', ['-S', device.provider, plain], { env: { ...env, SSH_AUTH_SOCK: socket } });
  }, 30_000);

  afterAll(async () => {
    const ended = once(agent, 'exit');
    agent.kill();
    await ended;
  });

  it('is touched for a login by openssh', async () => {
    const before = await device.touches('given');

    expect(await whoIsThere({ key: null, defaults: { agentSocket: socket } })).toBe(account.name);
    expect((await device.touches('given')) - before).toBe(1);
  });

  it('is named by ssh', async () => {
    const reach: Reach = { connection: 'ssh', key: null, vars: {}, defaults: { agentSocket: socket } };

    await expect(whoIsThere(reach)).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject} does not let ${account.name} in: there is no key, agent or password to offer; the agent holds 1 key that is in a security key (FIDO), which needs ansible_connection: openssh`,
    });
  });
});

describe('a person at a terminal', () => {
  it('is told by the command which key to touch for whom', async () => {
    const inventory = join(sshd.directory, 'hosts.json');
    const kvm1 = {
      ansible_host: '127.0.0.1',
      ansible_port: sshd.port,
      ansible_user: account.name,
      ansible_connection: 'openssh',
      ansible_ssh_private_key_file: plain,
      ansible_ssh_common_args: `-o SecurityKeyProvider=${device.provider} -o UserKnownHostsFile=${sshd.knownHosts}`,
    };
    await writeFile(inventory, JSON.stringify({ all: { hosts: { kvm1 } } }));
    const io = fakeIo({ cwd: sshd.directory, isInteractive: true });

    const code = await runCli(['ping', '-i', inventory, '--ssh-config', 'none'], io);

    expect(io.written.stderr).toBe(`kvm1: touch the security key of ${plain}\n`);
    expect(code).toBe(0);
  });
});

describe('a security key by ssh', () => {
  const sentence = (file: string): string =>
    `key ${file} is in a security key (FIDO), which needs ansible_connection: openssh`;

  it('is refused where it is named', async () => {
    await expect(whoIsThere({ connection: 'ssh', key: plain, vars: {} })).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: sentence(plain),
    });
  });

  it('is named where ssh_config names it', async () => {
    const vars = { ansible_ssh_common_args: `-o IdentityFile=${plain}` };

    await expect(whoIsThere({ connection: 'ssh', key: null, vars })).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject} does not let ${account.name} in: there is no key, agent or password to offer; ${sentence(plain)}`,
    });
  });
});
