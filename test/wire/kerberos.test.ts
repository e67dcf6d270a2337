import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';

import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createTransports, type TransportDefaults } from '../../src/transports/index.ts';
import { createAccount, type Account } from './support/account.ts';
import { inventoryHost, transportTo, whoAmI, type Reach } from './support/host.ts';
import { startRealm, type Realm } from './support/kerberos.ts';
import { prepareMachine } from './support/machine.ts';
import { startSshd, withSshd, type Sshd, type SshdOptions } from './support/sshd.ts';

// Other rings may run at the same time.
jest.setTimeout(30_000);

let account: Account;
let realm: Realm;
let sshd: Sshd;
let subject: string;
let ticket: string;

const nowhere = '/nonexistent/ticket';
const noTicket = `Kerberos (No Kerberos credentials available (default cache: ${nowhere})); kinit gets a ticket`;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  realm = await startRealm();
  ticket = await realm.ticketFor(account.name);
  sshd = await startSshd(takingTickets('AuthenticationMethods gssapi-with-mic'));
  subject = `kvm1 (127.0.0.1:${sshd.port})`;
  Object.assign(env, realm.environment);
}, 180_000);

afterAll(async () => {
  await sshd.stop();
  await realm.stop();
  await account.remove();
}, 30_000);

beforeEach(() => {
  env['KRB5CCNAME'] = ticket;
});

function takingTickets(...lines: readonly string[]): SshdOptions {
  // It takes the key of 127.0.0.1 for its own, whatever the machine is called.
  const own = ['GSSAPIAuthentication yes', 'GSSAPIStrictAcceptorCheck no'];
  return { lines: [...own, ...lines], environment: realm.environment };
}

const offering = { ansible_ssh_common_args: '-o GSSAPIAuthentication=yes' };

/** Who a script runs as on the other side of a new connection. */
function whoIsThere(reach: Reach, to: Sshd = sshd): Promise<string> {
  return whoAmI(transportTo(to, account.name, reach));
}

function ticketsTaken(by: Sshd): number {
  return by.log().split('Accepted gssapi-with-mic').length - 1;
}

describe('a Kerberos ticket by openssh', () => {
  const connection = 'openssh';

  it('lets in where ssh is to offer it', async () => {
    const before = ticketsTaken(sshd);

    expect(await whoIsThere({ connection, key: null, vars: offering })).toBe(account.name);
    expect(ticketsTaken(sshd) - before).toBe(1);
  });

  it('is named where ssh is not to offer it', async () => {
    await expect(whoIsThere({ connection, key: null })).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject} does not let ${account.name} in: ssh has nothing to offer; it takes a Kerberos ticket (gssapi-with-mic), which ssh offers with GSSAPIAuthentication=yes`,
    });
  });

  it('is to be got where there is none', async () => {
    env['KRB5CCNAME'] = nowhere;

    await expect(whoIsThere({ connection, vars: offering })).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject} does not let ${account.name} in: tried ${noTicket}`,
    });
  });

  it('of somebody else is refused', async () => {
    env['KRB5CCNAME'] = await realm.ticketFor('somebody');

    await expect(whoIsThere({ connection, key: null, vars: offering })).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject} does not let ${account.name} in: tried a Kerberos ticket`,
    });
  });

  it('that is not there is no matter where a key is refused', async () => {
    env['KRB5CCNAME'] = nowhere;
    await withSshd(takingTickets('AuthorizedKeysFile none'), async (server) => {
      await expect(whoIsThere({ connection, vars: offering }, server)).rejects.toMatchObject({
        message: `kvm1 (127.0.0.1:${server.port}) does not let ${account.name} in: tried key ${server.userKey.file}`,
      });
    });
  });

  it('stands for the host key as well where both sides exchange keys by it', async () => {
    await withSshd(takingTickets('GSSAPIKeyExchange yes'), async (server) => {
      const vars = { ansible_ssh_common_args: '-o GSSAPIAuthentication=yes -o GSSAPIKeyExchange=yes' };
      const reach = { connection, key: null, vars, defaults: { knownHostsFiles: [nowhere] } } as const;

      expect(await whoIsThere(reach, server)).toBe(account.name);
      expect(server.log()).toContain('Accepted gssapi-keyex');
    });
  });
});

describe('a bastion that takes Kerberos tickets, by openssh', () => {
  let config: string;

  beforeAll(async () => {
    config = join(sshd.directory, 'ssh_config');
    const host = (pattern: string, { port, knownHosts }: Sshd): string =>
      `Host ${pattern}\nHostName 127.0.0.1\nPort ${port}\nUserKnownHostsFile ${knownHosts}\n`;
    const common = `Host *\nUser ${account.name}\nGSSAPIAuthentication yes\nIdentityFile none\n`;
    await writeFile(config, `${host('bastion', sshd)}${host('t*', sshd)}${common}`);
  });

  const through = { kvmplay_proxy_jump: 'bastion', ansible_connection: 'openssh' };
  const defaults = (): TransportDefaults => ({
    sshConfigFile: config,
    agentSocket: '',
    home: '/nonexistent',
  });

  it('is logged in to once for all hosts behind it, which take the ticket too', async () => {
    const before = ticketsTaken(sshd);
    const all = createTransports(defaults());

    const users = await Promise.all(
      ['t1', 't2'].map(async (name) => {
        const connection = await all(inventoryHost({ ...through, ansible_host: name })).connect();
        const { stdout } = await connection.exec('id -un');
        await connection.close();
        return stdout.trim();
      }),
    );
    await all.close();

    expect(users).toEqual([account.name, account.name]);
    expect(ticketsTaken(sshd) - before).toBe(3);
  });

  it('is named together with what it lacks', async () => {
    env['KRB5CCNAME'] = nowhere;
    const all = createTransports(defaults());

    const connecting = all(inventoryHost({ ...through, ansible_host: 't1' })).connect();

    await expect(connecting).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `kvm1 (t1 over bastion) is reached over bastion: bastion does not let ${account.name} in: tried ${noTicket}`,
    });
    await all.close();
  });
});

describe('a host that wants a Kerberos ticket, by ssh', () => {
  const advice =
    'it takes a Kerberos ticket (gssapi-with-mic), for which there is ansible_connection: openssh';

  it.each([
    ['a key', (): Reach => ({}), (): string => `tried key ${sshd.userKey.file}`],
    ['nothing', (): Reach => ({ key: null }), (): string => 'there is no key, agent or password to offer'],
  ])('tells who has %s what there is to do', async (_what, reach, tried) => {
    await expect(whoIsThere(reach())).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${subject} does not let ${account.name} in: ${tried()}; ${advice}`,
    });
  });
});
