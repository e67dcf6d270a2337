import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import {
  createTransports,
  type Connection,
  type TransportDefaults,
  type Transports,
} from '../../src/transports/index.ts';
import { createAccount, type Account } from './support/account.ts';
import { inventoryHost } from './support/host.ts';
import { makeKey } from './support/keys.ts';
import { prepareMachine } from './support/machine.ts';
import { startProxy, type Proxy } from './support/proxy.ts';
import { startSshd, withSshd, type Sshd } from './support/sshd.ts';

// Other rings may run at the same time: what has to be quick measures that itself.
jest.setTimeout(60_000);

let account: Account;
let outer: Sshd;
let inner: Sshd;
let target: Sshd;
let wire: Proxy;
let config: string;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  [outer, inner, target] = await Promise.all([startSshd(), startSshd(), startSshd()]);
  // They log the connection that looked whether they listen when they come to it.
  for (const sshd of [outer, inner]) while (connectionsOf(sshd) === 0) await sleep(20);
  wire = await startProxy(outer.port);
  config = await writeConfig('ssh_config', [
    ...hostBlock('outer', outer),
    ...hostBlock('inner', inner),
    'ProxyJump outer',
    ...hostBlock('wired', { ...outer, port: wire.port }),
    'StrictHostKeyChecking no',
    ...hostBlock('t*', target),
  ]);
}, 180_000);

afterAll(async () => {
  await wire.stop();
  await Promise.all([outer.stop(), inner.stop(), target.stop()]);
  await account.remove();
}, 30_000);

function hostBlock(pattern: string, { port, userKey, knownHosts }: Sshd): string[] {
  return [
    `Host ${pattern}`,
    'HostName 127.0.0.1',
    `Port ${port}`,
    `User ${account.name}`,
    `IdentityFile ${userKey.file}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile none',
  ];
}

async function writeConfig(name: string, lines: readonly string[]): Promise<string> {
  const file = join(target.directory, name);
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

interface Way {
  readonly transports: (defaults?: TransportDefaults) => Transports;
  /** Connects to a host with these variables, lets `work` use the connection, and closes everything. */
  readonly connected: <T>(
    vars: Record<string, unknown>,
    work: (connection: Connection) => Promise<T>,
    defaults?: TransportDefaults,
  ) => Promise<T>;
}

function wayBy(connection: 'ssh' | 'openssh'): Way {
  const transports = (defaults: TransportDefaults = {}): Transports =>
    createTransports({
      connection,
      sshConfigFile: config,
      agentSocket: '',
      home: '/nonexistent',
      knownHostsFiles: [],
      ...defaults,
    });
  return {
    transports,
    async connected(vars, work, defaults) {
      const all = transports(defaults);
      try {
        const opened = await all(inventoryHost({ ansible_host: 't1', ...vars })).connect();
        try {
          return await work(opened);
        } finally {
          await opened.close();
        }
      } finally {
        await all.close();
      }
    },
  };
}

/** Connections that an sshd has taken so far. */
function connectionsOf(sshd: Sshd): number {
  return sshd.log().split('Connection from').length - 1;
}

describe.each(['ssh', 'openssh'] as const)('a host behind others, by %s', (kind) => {
  const { transports, connected } = wayBy(kind);
  /** The ssh program is told a name, which it looks up in ssh_config itself. */
  const shown = (name: string, port: number): string => (kind === 'ssh' ? `127.0.0.1:${port}` : name);

  it.each([
    ['a bastion', { kvmplay_proxy_jump: 'outer' }],
    ['a bastion that ssh_config puts behind another', { kvmplay_proxy_jump: 'inner' }],
    ['two bastions', { kvmplay_proxy_jump: 'outer,inner' }],
    ['-J', { ansible_ssh_common_args: '-J outer,inner' }],
    ['-o ProxyJump', { ansible_ssh_extra_args: '-o ProxyJump=inner' }],
    ['ssh -W', { ansible_ssh_common_args: '-o ProxyCommand="ssh -W %h:%p -q inner"' }],
  ])('is reached over %s', async (_way, vars) => {
    const [before, innerBefore] = [connectionsOf(outer), connectionsOf(inner)];

    const user = await connected(vars, async (connection) => (await connection.exec('id -un')).stdout);

    expect(user).toBe(`${account.name}\n`);
    expect(connectionsOf(outer) - before).toBe(1);
    expect(connectionsOf(inner) - innerBefore).toBe(JSON.stringify(vars).includes('inner') ? 1 : 0);
  });

  it('is reached by the ssh_config that its inventory names', async () => {
    const sshConfigFile = await writeConfig('empty', []);
    const vars = { ansible_ssh_args: `-F ${config}`, kvmplay_proxy_jump: 'inner' };

    const user = await connected(vars, async (connection) => (await connection.exec('id -un')).stdout, {
      sshConfigFile,
    });

    expect(user).toBe(`${account.name}\n`);
  });

  it('is reached through any other command', async () => {
    const command = `-o ProxyCommand="bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3; kill %%1'"`;

    const user = await connected({ ansible_ssh_common_args: command }, async (connection) => {
      return (await connection.exec('id -un')).stdout;
    });

    expect(user).toBe(`${account.name}\n`);
  });

  it('says what a command said that did not reach it', async () => {
    const command = `-o ProxyCommand="sh -c 'echo no way to %h >&2; exit 1'"`;
    const vars = { ansible_ssh_common_args: command };

    await expect(connected(vars, (connection) => connection.exec('true'))).rejects.toMatchObject({
      name: 'UnreachableError',
      message: `the ProxyCommand of kvm1 (${shown('t1', target.port)}) ends: no way to 127.0.0.1`,
    });
  });

  it('shares one connection to a bastion of default limits with 39 others', async () => {
    const before = connectionsOf(outer);
    const all = transports();

    const results = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const host = inventoryHost({ ansible_host: `t${n}`, kvmplay_proxy_jump: 'outer' });
        const connection = await all(host).connect({ timeout: 40_000 });
        const { stdout } = await connection.exec(`echo ${n}`);
        await connection.close();
        return Number(stdout);
      }),
    );
    await all.close();

    expect(results).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(connectionsOf(outer) - before).toBe(1);
  });

  it('is named together with its bastion when nothing listens there', async () => {
    const vars = { kvmplay_proxy_jump: 'outer', ansible_port: 1 };

    await expect(connected(vars, (connection) => connection.exec('true'))).rejects.toMatchObject({
      name: 'UnreachableError',
      message: `kvm1 (${shown('t1:1', 1)} over outer) refuses connections: no sshd listens there`,
    });
  });

  it('is not reached over a bastion that forwards nothing', async () => {
    await withSshd({ lines: ['AllowTcpForwarding no'] }, async (strict) => {
      const sshConfigFile = await writeConfig('strict', [
        ...hostBlock('strict', strict),
        ...hostBlock('t*', target),
      ]);

      const running = connected({ kvmplay_proxy_jump: 'strict' }, (connection) => connection.exec('true'), {
        sshConfigFile,
      });

      await expect(running).rejects.toMatchObject({
        name: 'UnreachableError',
        message: expect.stringContaining(
          `strict does not forward to kvm1 (${shown('t1', target.port)} over strict)`,
        ),
      });
    });
  });

  it.each(['outer', 'inner', 't*'])('is not reached when the host key of %s is another', async (wrong) => {
    const key = await makeKey(join(target.directory, `wrong-${kind}-${wrong.replace('*', '')}`));
    const lines = Object.entries({ outer, inner, 't*': target }).flatMap(([pattern, sshd]) => {
      const block = hostBlock(pattern, sshd);
      return pattern === wrong ? block.filter((line) => !line.startsWith('UserKnown')) : block;
    });
    const { port } = { outer, inner, 't*': target }[wrong] ?? target;
    const records = join(target.directory, `known-${kind}-${wrong.replace('*', '')}`);
    await writeFile(records, `[127.0.0.1]:${port} ${key.publicKey}\n`);
    const sshConfigFile = await writeConfig('wrong', [...lines, 'Host *', `UserKnownHostsFile ${records}`]);

    const running = connected(
      { kvmplay_proxy_jump: 'outer,inner' },
      (connection) => connection.exec('true'),
      { sshConfigFile },
    );

    const subject = {
      outer: kind === 'ssh' ? `outer (127.0.0.1:${port})` : 'outer',
      inner: `inner (${shown('inner', port)} over outer)`,
    }[wrong];
    await expect(running).rejects.toMatchObject({
      name: 'HostKeyError',
      message: expect.stringContaining(
        `${subject ?? `kvm1 (${shown('t1', port)} over inner)`} shows the host key`,
      ),
    });
  });

  it('is known by the name that HostKeyAlias gives it', async () => {
    const records = join(target.directory, 'alias');
    await writeFile(records, `the-target ${target.hostKeys[0]?.publicKey ?? ''}\n`);
    const vars = {
      kvmplay_proxy_jump: 'outer',
      ansible_ssh_extra_args: `-o HostKeyAlias=the-target -o UserKnownHostsFile=${records}`,
    };

    expect(await connected(vars, async (connection) => (await connection.exec('true')).code)).toBe(0);
  });

  it('is connected anew when its bastion was killed in between', async () => {
    const all = transports();
    const host = all(inventoryHost({ ansible_host: 't1', kvmplay_proxy_jump: 'wired' }));
    const first = await host.connect();
    wire.reset();
    await expect(first.exec('true')).rejects.toMatchObject({ name: 'ConnectionLostError' });

    const second = await host.connect();

    expect((await second.exec('echo again')).stdout).toBe('again\n');
    await second.close();
    await all.close();
  });

  it('is connected anew when its bastion fell silent', async () => {
    const own = await startProxy(outer.port);
    const sshConfigFile = await writeConfig('silent', [
      ...hostBlock('silent', { ...outer, port: own.port }),
      'StrictHostKeyChecking no',
      ...hostBlock('t*', target),
    ]);
    const all = transports({ sshConfigFile });
    const host = all(inventoryHost({ ansible_host: 't1', kvmplay_proxy_jump: 'silent' }));
    const first = await host.connect();
    await sleep(1200);
    own.blackHole();

    const second = await host.connect({ timeout: 9000 });

    expect((await second.exec('echo again')).stdout).toBe('again\n');
    await Promise.all([first.close(), second.close()]);
    await all.close();
    await own.stop();
  });

  it('does not offer its own password to a bastion', async () => {
    const vars = { kvmplay_proxy_jump: 'locked', ansible_password: account.password };
    const sshConfigFile = await writeConfig('locked', [
      ...hostBlock('locked', outer).filter((line) => !line.startsWith('Identity')),
      'IdentitiesOnly yes',
      'IdentityFile none',
      ...hostBlock('t*', target),
    ]);

    const running = connected(vars, (connection) => connection.exec('true'), { sshConfigFile });

    await expect(running).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringContaining(
        `kvm1 (${shown('t1', target.port)} over locked) is reached over locked: ${kind === 'ssh' ? `locked (127.0.0.1:${outer.port})` : 'locked'} does not let ${account.name} in`,
      ),
    });
    expect(outer.log()).not.toContain('Failed password');
  });

  it('asks a person once for the password of a bastion, whoever needs it', async () => {
    const asked: string[] = [];
    const sshConfigFile = await writeConfig('asking', [
      ...hostBlock('asking', outer).filter((line) => !line.startsWith('Identity')),
      'IdentitiesOnly yes',
      'IdentityFile none',
      ...hostBlock('t*', target),
    ]);
    const askSecret = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve(account.password);
    };
    const all = transports({ sshConfigFile, askSecret });

    const connections = await Promise.all(
      ['t1', 't2', 't3'].map((name) =>
        all(inventoryHost({ ansible_host: name, kvmplay_proxy_jump: 'asking' })).connect(),
      ),
    );

    expect(asked).toEqual([
      kind === 'ssh' ? `Password of ${account.name}@asking: ` : `${account.name}@127.0.0.1's password: `,
    ]);
    await Promise.all(connections.map((connection) => connection.close()));
    await all.close();
  });

  it('is refused when the hops go round in a circle', async () => {
    const sshConfigFile = await writeConfig('circle', ['Host a', 'ProxyJump b', 'Host b', 'ProxyJump a']);

    const running = connected({ ansible_host: 'a' }, (connection) => connection.exec('true'), {
      sshConfigFile,
    });

    await expect(running).rejects.toMatchObject({
      name: 'InventoryError',
      message: expect.stringContaining('hosts.yml:1: kvm1: the hops to it have no end: '),
    });
  });
});
