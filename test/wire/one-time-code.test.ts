import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { createTransports, type AskSecret, type Transport } from '../../src/transports/index.ts';
import { createAccount, type Account } from './support/account.ts';
import { createCodeService, type CodeService } from './support/code-service.ts';
import { inventoryHost, transportTo, type Reach } from './support/host.ts';
import { prepareMachine } from './support/machine.ts';
import { startSshd, type Sshd } from './support/sshd.ts';

// Other rings may run at the same time, and PAM takes its time for a wrong code.
jest.setTimeout(30_000);

let account: Account;
/** One wants a code besides a key, one besides a password that it asks for in the same way. */
let withKey: CodeHost;
let withPassword: CodeHost;

interface CodeHost {
  readonly sshd: Sshd;
  readonly service: CodeService;
}

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  withKey = await startCodeHost('publickey,keyboard-interactive', await createCodeService());
  withPassword = await startCodeHost(
    'keyboard-interactive',
    await createCodeService({ password: true, prompt: 'One-time password: ' }),
  );
}, 180_000);

afterAll(async () => {
  for (const { sshd, service } of [withKey, withPassword]) {
    await sshd.stop();
    await service.remove();
  }
  await account.remove();
}, 30_000);

async function startCodeHost(methods: string, service: CodeService): Promise<CodeHost> {
  const pam = ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'];
  const lines = [...pam, `AuthenticationMethods ${methods}`];
  return { sshd: await startSshd({ lines, service: service.name }), service };
}

/** Who types the codes of a device, and what was asked. */
function person({ service }: CodeHost): { readonly asked: string[]; readonly askSecret: AskSecret } {
  const asked: string[] = [];
  return {
    asked,
    askSecret: (question) => {
      asked.push(question);
      return Promise.resolve(service.nextCode());
    },
  };
}

async function whoAmI(transport: Transport): Promise<string> {
  const connection = await transport.connect();
  const { stdout } = await connection.exec('id -un');
  await connection.close();
  return stdout.trim();
}

describe.each(['ssh', 'openssh'] as const)('a one-time code by %s', (connection) => {
  const transport = ({ sshd }: CodeHost, reach: Reach): Transport =>
    transportTo(sshd, account.name, { connection, ...reach });
  const subject = ({ sshd }: CodeHost): string => `kvm1 (127.0.0.1:${sshd.port})`;

  it('besides a key is asked for at each login of a run', async () => {
    const { asked, askSecret } = person(withKey);
    const host = transport(withKey, { defaults: { askSecret } });

    expect([await whoAmI(host), await whoAmI(host)]).toEqual([account.name, account.name]);
    const question = `${account.name}@kvm1: Verification code: `;
    expect(asked).toEqual([question, question]);
  });

  it('is not the password, whatever it is called', async () => {
    const { asked, askSecret } = person(withPassword);
    const vars = { ansible_password: account.password };
    const host = transport(withPassword, { key: null, vars, defaults: { askSecret } });

    expect([await whoAmI(host), await whoAmI(host)]).toEqual([account.name, account.name]);
    const question = `${account.name}@kvm1: One-time password: `;
    expect(asked).toEqual([question, question]);
  });

  it('that nobody is there to give is quoted', async () => {
    const vars = { ansible_password: account.password };

    await expect(whoAmI(transport(withPassword, { key: null, vars }))).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject(withPassword)} asks "One-time password:", and nobody is there to answer`,
    });
    expect(withPassword.sshd.log()).not.toContain('Failed keyboard-interactive');
  });

  it('that is wrong is not asked for again', async () => {
    let questions = 0;
    const askSecret = (): Promise<string> => Promise.resolve(`00000${questions++}`);

    await expect(whoAmI(transport(withKey, { defaults: { askSecret } }))).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject(withKey)} does not let ${account.name} in: tried key ${withKey.sshd.userKey.file}, the answers to its questions`,
    });
    expect(questions).toBe(1);
  });

  it('is not asked for where a password comes first that nobody has told', async () => {
    const { asked, askSecret } = person(withPassword);
    const host = transport(withPassword, { key: null, defaults: { askSecret } });

    await expect(whoAmI(host)).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringMatching(/; it (asks "Password:"|takes a password).*ansible_password/),
    });
    expect(asked).toEqual([]);
    expect(withPassword.sshd.log()).not.toContain('Failed keyboard-interactive');
  });

  it('is asked for, as all else, where questions are preferred', async () => {
    const { service, sshd } = withPassword;
    const config = join(sshd.directory, 'preferring');
    await writeFile(config, 'Host 127.0.0.1\nPreferredAuthentications keyboard-interactive\n');
    const asked: string[] = [];
    const askSecret = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve(asked.length === 1 ? account.password : service.nextCode());
    };
    const defaults = { askSecret, sshConfigFile: config };

    expect(await whoAmI(transport(withPassword, { key: null, defaults }))).toBe(account.name);
    const shown = `${account.name}@kvm1: `;
    expect(asked).toEqual([`${shown}Password: `, `${shown}One-time password: `]);
  });

  it('of a bastion is asked for once for all hosts behind it', async () => {
    const { sshd } = withKey;
    const target = await startSshd();
    const host = (pattern: string, { port, userKey, knownHosts }: Sshd): string =>
      `Host ${pattern}\nHostName 127.0.0.1\nPort ${port}\nUser ${account.name}\nIdentityFile ${userKey.file}\nIdentitiesOnly yes\nUserKnownHostsFile ${knownHosts}\n`;
    const config = join(sshd.directory, 'ssh_config');
    await writeFile(config, `${host('bastion', sshd)}${host('t*', target)}`);
    const { asked, askSecret } = person(withKey);
    const all = createTransports({
      connection,
      sshConfigFile: config,
      agentSocket: '',
      home: '/nonexistent',
      askSecret,
    });

    const users = await Promise.all(
      ['t1', 't2', 't3'].map((name) =>
        whoAmI(all(inventoryHost({ ansible_host: name, kvmplay_proxy_jump: 'bastion' }))),
      ),
    ).finally(async () => {
      await all.close();
      await target.stop();
    });

    expect(users).toEqual([account.name, account.name, account.name]);
    expect(asked).toEqual([`${account.name}@bastion: Verification code: `]);
  });
});

describe('a one-time code besides a key, by openssh', () => {
  it('takes a person', async () => {
    const { sshd } = withKey;
    const host = transportTo(sshd, account.name, { connection: 'openssh' });

    await expect(whoAmI(host)).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `kvm1 (127.0.0.1:${sshd.port}) does not let ${account.name} in: tried key ${sshd.userKey.file}; it accepts that, and asks for more (keyboard-interactive), which takes a person at a terminal`,
    });
  });
});
