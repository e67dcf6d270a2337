import type { Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { CommandError } from '../../src/errors.ts';
import { createAccount, type Account } from './support/account.ts';
import { transportTo } from './support/host.ts';
import { prepareMachine } from './support/machine.ts';
import { startProxy, withServer, type Proxy } from './support/proxy.ts';
import { freePort, startSshd, withSshd, type Sshd } from './support/sshd.ts';
import type { Connection, Transport } from '../../src/transports/index.ts';

// Other rings may run at the same time: what has to be quick measures that itself.
jest.setTimeout(30_000);

let sshd: Sshd;
let account: Account;
let proxy: Proxy;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  sshd = await startSshd();
  proxy = await startProxy(sshd.port);
}, 180_000);

afterAll(async () => {
  await proxy.stop();
  await sshd.stop();
  await account.remove();
}, 30_000);

/** The transports, and what their errors say of the same cause. */
const kinds = [
  {
    kind: 'ssh',
    lostByReset: 'read ECONNRESET',
    sessionRefusal: '(SSH) Channel open failure: open failed',
  },
  {
    kind: 'openssh',
    lostByReset: 'client_loop: send disconnect: Broken pipe',
    sessionRefusal: 'Session open refused by peer',
  },
] as const;

describe.each(kinds)('a connection by $kind', ({ kind, lostByReset, sessionRefusal }) => {
  function transport(): Transport {
    return transportTo(sshd, account.name, { connection: kind });
  }

  /** Connects, lets `work` use the connection, and closes it. */
  async function connected<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await transport().connect();
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  /** A transport through the proxy, which can cut the wire. */
  function transportThroughProxy(): Transport {
    return transportTo(sshd, account.name, {
      connection: kind,
      defaults: { hostKeyChecking: 'no' },
      vars: { ansible_port: proxy.port },
    });
  }

  it('returns exit code, stdout and stderr to the byte', async () => {
    const result = await connected((connection) =>
      connection.exec('echo " out "; printf "err\\n\\n" >&2; exit 3'),
    );

    expect(result).toEqual({ code: 3, stdout: ' out \n', stderr: 'err\n\n' });
  });

  it('gives the number of a shell to a script that a signal ends', async () => {
    const result = await connected((connection) => connection.exec('kill -TERM $$'));

    expect(result.code).toBe(143);
  });

  it('runs a script that reads standard input without losing the rest of it', async () => {
    const result = await connected((connection) => connection.exec('cat\nread line\necho "rest: $line"'));

    expect(result.stdout).toBe('rest: \n');
  });

  it('finds the tools of administrators', async () => {
    const result = await connected((connection) => connection.exec('command -v useradd'));

    expect(result.stdout).toBe('/usr/sbin/useradd\n');
  });

  it('runs a script of 1 MB, and shows none of it in the list of processes', async () => {
    const filler = `: ${'x'.repeat(98)}\n`.repeat(10_000);
    const script = `${filler}ps -e -o args | grep -c '[x]xxxxxxxx'; cat /proc/$$/cmdline | wc -c`;

    const result = await connected((connection) => connection.exec(script));

    const [processes, length] = result.stdout.trim().split('\n').map(Number);
    expect(processes).toBe(0);
    expect(length).toBeLessThan(400);
  });

  it('decodes characters that the border of two packets cuts', async () => {
    const script = `i=0; while [ $i -lt 4000 ]; do printf '%s' '${'äöü€𝄞'.repeat(14)}'; i=$((i+1)); done`;

    const result = await connected((connection) => connection.exec(script));

    expect(result.stdout).toBe('äöü€𝄞'.repeat(14 * 4000));
  });

  it('ends a script that writes without end', async () => {
    const flood = connected((connection) => connection.exec('yes'));

    await expect(flood).rejects.toThrow(CommandError);
    await expect(flood).rejects.toThrow(`a script on ${account.name}@kvm1 wrote more than 64 MiB`);
  });

  it('runs 12 scripts at once though sshd allows 10 sessions', async () => {
    const results = await connected((connection) =>
      Promise.all(Array.from({ length: 12 }, (_, n) => connection.exec(`sleep 0.2; echo ${n}`))),
    );

    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 12 }, (_, n) => n));
  });

  it('does not wait for ever for a child that keeps the output open', async () => {
    const result = await connected((connection) => connection.exec('sleep 20 & echo started'));

    expect(result).toEqual({ code: 0, stdout: 'started\n', stderr: '' });
  });

  it('says that it is lost when it is reset during a script', async () => {
    const connection = await transportThroughProxy().connect();

    const running = connection.exec('echo begun; sleep 20');
    setTimeout(() => proxy.reset(), 200);

    await expect(running).rejects.toMatchObject({
      name: 'ConnectionLostError',
      message: `the connection to ${account.name}@kvm1 was lost: ${lostByReset}`,
    });
    await expect(connection.exec('true')).rejects.toMatchObject({ name: 'ConnectionLostError' });
    await connection.close();
  });

  it('ends nobody when it is reset while nothing runs', async () => {
    const connection = await transportThroughProxy().connect();

    proxy.reset();
    await new Promise((resolve) => setTimeout(resolve, 100));

    await expect(connection.exec('true')).rejects.toMatchObject({ name: 'ConnectionLostError' });
  });

  it('gives up a script after its time', async () => {
    const running = connected((connection) => connection.exec('sleep 20', { timeout: 300 }));

    await expect(running).rejects.toMatchObject({
      name: 'CommandTimeoutError',
      message: `a script on ${account.name}@kvm1 did not end within 300 ms`,
    });
  });

  it('gives up a script when the run is cancelled', async () => {
    const controller = new AbortController();

    const running = connected((connection) => connection.exec('sleep 20', { signal: controller.signal }));
    setTimeout(() => controller.abort(), 300);

    await expect(running).rejects.toMatchObject({ name: 'CancelledError' });
  });

  it('gives up a script that is cancelled while its channel opens', async () => {
    const controller = new AbortController();

    const running = connected((connection) => {
      const result = connection.exec('sleep 20', { signal: controller.signal });
      controller.abort();
      return result;
    });

    await expect(running).rejects.toMatchObject({ name: 'CancelledError' });
  });

  it('goes on with other scripts after one was given up', async () => {
    const result = await connected(async (connection) => {
      await connection.exec('sleep 20', { timeout: 100 }).catch(() => undefined);
      return connection.exec('echo fine');
    });

    expect(result.stdout).toBe('fine\n');
  });

  it('closes at once, twice, and also when the host has fallen silent', async () => {
    const connection = await transportThroughProxy().connect();
    proxy.blackHole();
    const running = expect(connection.exec('sleep 20')).rejects.toMatchObject({
      name: 'ConnectionLostError',
    });

    const start = performance.now();
    await connection.close();
    await connection.close();

    expect(performance.now() - start).toBeLessThan(400);
    await running;
  });

  it('says so when sshd allows no session at all', async () => {
    await withSshd({ lines: ['MaxSessions 0'] }, async (strict) => {
      const connection = await transportTo(strict, account.name, { connection: kind }).connect();

      const running = connection.exec('true');

      await expect(running).rejects.toMatchObject({
        name: 'CommandError',
        message: `${account.name}@kvm1 refuses a session: ${sessionRefusal}`,
      });
      await connection.close();
    });
  });
});

describe.each(kinds)('connecting by $kind', ({ kind }) => {
  const connection = kind;

  it('says what was offered when no key is accepted', async () => {
    const key = sshd.hostKeys[0]?.file ?? '';

    const connecting = transportTo(sshd, account.name, { connection, key }).connect();

    await expect(connecting).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `kvm1 (127.0.0.1:${sshd.port}) does not let ${account.name} in: tried key ${key}`,
    });
  });

  it('logs in with a password', async () => {
    const vars = { ansible_password: account.password };

    const login = await transportTo(sshd, account.name, { connection, key: null, vars }).connect();

    expect((await login.exec('id -un')).stdout).toBe(`${account.name}\n`);
    await login.close();
  });

  it('offers a wrong password once, and does not show it', async () => {
    const before = sshd.log().split('Failed password').length;
    const vars = { ansible_password: 'guess' };

    const error = await refusal(transportTo(sshd, account.name, { connection, key: null, vars }).connect());

    expect(error).toMatchObject({
      name: 'AuthenticationError',
      message: `kvm1 (127.0.0.1:${sshd.port}) does not let ${account.name} in: tried password`,
    });
    expect(sshd.log().split('Failed password').length - before).toBe(1);
  });

  it('gives up a host that accepts and says nothing', async () => {
    await withServer(ignore, async ({ port }) => {
      const start = performance.now();

      const connecting = transportTo({ ...sshd, port }, account.name, { connection }).connect({
        timeout: 500,
      });

      await expect(connecting).rejects.toMatchObject({
        name: 'UnreachableError',
        message: `kvm1 (127.0.0.1:${port}) is not connected within 500 ms: TCP is connected, but nobody speaks SSH`,
      });
      expect(performance.now() - start).toBeLessThan(1500);
    });
  });

  it('gives up when the run is cancelled', async () => {
    await withServer(ignore, async ({ port }) => {
      const controller = new AbortController();

      const connecting = transportTo({ ...sshd, port }, account.name, { connection }).connect({
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(), 100);

      await expect(connecting).rejects.toMatchObject({ name: 'CancelledError' });
    });
  });

  it('tries again as long as a host hangs up before it greets', async () => {
    const hangUp = (socket: Socket): unknown => socket.end('Exceeded MaxStartups\r\n');
    await withServer(hangUp, async ({ port, count }) => {
      const connecting = transportTo({ ...sshd, port }, account.name, { connection }).connect({
        timeout: 1500,
      });

      await expect(connecting).rejects.toMatchObject({
        name: 'UnreachableError',
        message: `kvm1 (127.0.0.1:${port}) hangs up before it greets: too many logins at once, or it does not want this address (tried for 1500 ms)`,
      });
      expect(count()).toBeGreaterThan(2);
      expect(count()).toBeLessThan(10);
    });
  });

  it('says that nobody listens after a few attempts', async () => {
    const port = await freePort();

    const connecting = transportTo({ ...sshd, port }, account.name, { connection }).connect();

    await expect(connecting).rejects.toMatchObject({
      name: 'UnreachableError',
      message: `kvm1 (127.0.0.1:${port}) refuses connections: no sshd listens there`,
    });
  });

  it('brings 50 connections at once through a default sshd', async () => {
    const transport = transportTo(sshd, account.name, { connection });

    const connections = await Promise.all(
      Array.from({ length: 50 }, () => transport.connect({ timeout: 30_000 })),
    );

    expect(connections).toHaveLength(50);
    await Promise.all(connections.map((connection) => connection.close()));
  }, 40_000);

  it('brings 50 connections through that know nothing of each other', async () => {
    const connections = await Promise.all(
      Array.from({ length: 50 }, () =>
        transportTo(sshd, account.name, { connection }).connect({ timeout: 30_000 }),
      ),
    );

    expect(connections).toHaveLength(50);
    expect(sshd.log()).toContain('MaxStartups');
    await Promise.all(connections.map((connection) => connection.close()));
  }, 40_000);
});

describe('a connection by ssh', () => {
  it('does not let small packets wait for each other', async () => {
    const connection = await transportTo(sshd, account.name).connect();

    const medians = [
      await medianTime(() => connection.exec('true')),
      await medianTime(() => connection.exec('true')),
      await medianTime(() => connection.exec('true')),
    ];

    // Nagle's algorithm and delayed acknowledgements would make it 40 ms at least.
    expect(Math.min(...medians)).toBeLessThan(35);
    await connection.close();
  });
});

describe('connecting by ssh', () => {
  it('has no group exchange and no SHA-1 to offer', async () => {
    const lines = ['KexAlgorithms diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha1'];
    await withSshd({ lines }, async (old) => {
      const connecting = transportTo(old, account.name).connect();

      await expect(connecting).rejects.toMatchObject({
        name: 'UnreachableError',
        message: `kvm1 (127.0.0.1:${old.port}) and kvmplay have no key exchange algorithm in common; ansible_connection: openssh may have`,
      });
    });
  });
});

async function medianTime(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 21; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[10] ?? 0;
}

function ignore(): void {
  // A host that says nothing.
}

/** The error that work ends with. */
function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
