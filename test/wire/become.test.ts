import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { localTransport, type Connection } from '../../src/transports/index.ts';
import { createAccount, type Account } from './support/account.ts';
import { transportTo, type Reach } from './support/host.ts';
import { prepareMachine } from './support/machine.ts';
import { startSshd, type Sshd } from './support/sshd.ts';

// Other rings may run at the same time: what has to be quick measures that itself.
jest.setTimeout(30_000);

let sshd: Sshd;
let account: Account;
let other: Account;

beforeAll(async () => {
  await prepareMachine();
  account = await createAccount();
  other = await createAccount();
  sshd = await startSshd();
}, 180_000);

afterAll(async () => {
  await sshd.stop();
  await account.remove();
  await other.remove();
}, 30_000);

/** Connects as the account, lets `work` use the connection, and closes it. */
async function withConnection<T>(reach: Reach, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await transportTo(sshd, account.name, reach).connect();
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const script = 'id -un; id -un >&2; cat; exit 3';
const asRoot = { code: 3, stdout: 'root\n', stderr: 'root\n' };

describe.each(['ssh', 'openssh'] as const)('become by sudo over %s', (kind) => {
  const connected = <T>(
    vars: Record<string, unknown>,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> => withConnection({ connection: kind, vars }, work);

  it('runs scripts as root without a password', async () => {
    await account.allowSudo('ALL=(ALL) NOPASSWD: ALL');

    const result = await connected({ ansible_become: true }, (connection) => connection.exec(script));

    expect(result).toEqual(asRoot);
  });

  it('runs scripts as another user', async () => {
    await account.allowSudo('ALL=(nobody) NOPASSWD: ALL');

    const vars = { ansible_become: true, ansible_become_user: 'nobody' };
    const result = await connected(vars, (connection) => connection.exec('id -un'));

    expect(result.stdout).toBe('nobody\n');
  });

  it('runs a script of 1 MB', async () => {
    await account.allowSudo('ALL=(ALL) NOPASSWD: ALL');
    const filler = `: ${'x'.repeat(98)}\n`.repeat(10_000);

    const result = await connected({ ansible_become: true }, (connection) =>
      connection.exec(filler + script),
    );

    expect(result).toEqual(asRoot);
  });

  it('gives a password when it is asked for, each time, in no argument list and in no output', async () => {
    await account.allowSudo('ALL=(ALL) ALL', 'timestamp_timeout=0');
    const vars = { ansible_become: true, ansible_become_password: account.password };
    const lookAround = 'cat /proc/$PPID/cmdline /proc/$$/cmdline | tr "\\000" " "; echo';

    const results = await connected(vars, async (connection) => [
      await connection.exec(script),
      await connection.exec(script),
      await connection.exec(lookAround),
    ]);

    expect(results.slice(0, 2)).toEqual([asRoot, asRoot]);
    expect(results[2]?.stdout).toContain('sudo -S');
    expect(results[2]?.stdout).not.toContain('wörd');
  });

  it.each(['lecture=always,timestamp_timeout=0', 'use_pty,timestamp_timeout=0'])(
    'works under the sudo option %s',
    async (defaults) => {
      await account.allowSudo('ALL=(ALL) ALL', defaults);
      const vars = { ansible_become: true, ansible_become_password: account.password };

      const result = await connected(vars, (connection) => connection.exec(script));

      expect(result).toEqual(asRoot);
    },
  );

  it('keeps its password to itself when sudo asks for none', async () => {
    await account.allowSudo('ALL=(ALL) NOPASSWD: ALL');
    const vars = { ansible_become: true, ansible_become_password: account.password };

    const result = await connected(vars, (connection) => connection.exec(script));

    expect(result).toEqual(asRoot);
  });

  it('offers a wrong password once, and does not show it', async () => {
    await account.allowSudo('ALL=(ALL) ALL', 'timestamp_timeout=0');
    const vars = { ansible_become: true, ansible_become_password: 'guess' };

    const running = connected(vars, (connection) => connection.exec(script));

    await expect(running).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `sudo refuses the become password of ${account.name}@kvm1`,
    });
  });

  it.each([
    [
      'wants a password that is not there',
      'ALL=(ALL) ALL',
      undefined,
      'sudo: a password is required: -K or ansible_become_password gives it',
    ],
    [
      'wants a terminal',
      'ALL=(ALL) NOPASSWD: ALL',
      'requiretty',
      'sudo: sorry, you must have a tty to run sudo',
    ],
  ])('says why when sudo %s', async (_reason, rule, defaults, said) => {
    await account.allowSudo(rule, defaults);

    const running = connected({ ansible_become: true }, (connection) => connection.exec(script));

    await expect(running).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${account.name}@kvm1 cannot run a script: ${said}`,
    });
  });

  it('works without SSH too', async () => {
    const connection = await localTransport({ become: { user: account.name } }).connect();

    const result = await connection.exec('id -un; cat');

    expect(result).toEqual({ code: 0, stdout: `${account.name}\n`, stderr: '' });
    await connection.close();
  });

  it('starts the program and passes on the flags that the inventory names', async () => {
    await account.allowSudo('ALL=(ALL:ALL) NOPASSWD: ALL');
    const vars = {
      ansible_become: true,
      ansible_become_exe: '/usr/bin/sudo',
      ansible_become_flags: '-H -S -n -g nogroup',
    };

    const result = await connected(vars, (connection) => connection.exec('id -un; id -gn'));

    expect(result).toEqual({ code: 0, stdout: 'root\nnogroup\n', stderr: '' });
  });

  it('needs no sudo for the user who is logged in', async () => {
    await account.allowSudo('ALL=(nobody) ALL');
    const vars = { ansible_become: true, ansible_become_user: account.name };

    const result = await connected(vars, (connection) => connection.exec('id -un'));

    expect(result.stdout).toBe(`${account.name}\n`);
  });
});

describe.each(['ssh', 'openssh'] as const)('become by su over %s', (connection) => {
  function suVars(more: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      ansible_become: true,
      ansible_become_method: 'su',
      ansible_become_user: other.name,
      ...more,
    };
  }

  it('gives the password of the other user, each time, in no argument list and in no output', async () => {
    const vars = suVars({ ansible_become_password: other.password });
    const lookAround = 'cat /proc/$PPID/cmdline /proc/$$/cmdline | tr "\\000" " "; echo';

    const results = await withConnection({ connection, vars }, async (connected) => [
      await connected.exec(script),
      await connected.exec(script),
      await connected.exec(lookAround),
    ]);

    const asOther = { code: 3, stdout: `${other.name}\n`, stderr: `${other.name}\n` };
    expect(results.slice(0, 2)).toEqual([asOther, asOther]);
    expect(results[2]?.stdout).toContain('su -s /bin/sh');
    expect(results[2]?.stdout).not.toContain('wörd');
  });

  it('runs a script of 1 MB', async () => {
    const filler = `: ${'x'.repeat(98)}\n`.repeat(10_000);
    const vars = suVars({ ansible_become_password: other.password });

    const result = await withConnection({ connection, vars }, (connected) =>
      connected.exec(`${filler}id -un`),
    );

    expect(result).toEqual({ code: 0, stdout: `${other.name}\n`, stderr: '' });
  });

  it('goes by sudo su, with a login shell, where the inventory says so', async () => {
    await account.allowSudo('ALL=(root) NOPASSWD: /usr/bin/su');
    const vars = suVars({ ansible_become_exe: 'sudo /usr/bin/su', ansible_become_flags: '-' });

    const result = await withConnection({ connection, vars }, (connected) =>
      connected.exec('id -un; echo "$0"; [ "$(pwd)" = "$HOME" ] && echo at home'),
    );

    expect(result).toMatchObject({ code: 0, stdout: `${other.name}\nsh\nat home\n` });
  });

  it.each([undefined, 'never needed'])(
    'needs no password for root, and the one given is %s',
    async (password) => {
      const vars = suVars({ ansible_user: 'root', ansible_become_password: password });

      const result = await withConnection({ connection, vars }, (connected) => connected.exec('id -un; cat'));

      expect(result).toEqual({ code: 0, stdout: `${other.name}\n`, stderr: '' });
    },
  );

  it('offers a wrong password once, and does not show it', async () => {
    const vars = suVars({ ansible_become_password: 'guess' });

    const running = withConnection({ connection, vars }, (connected) => connected.exec(script));

    await expect(running).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `su refuses the become password of ${account.name}@kvm1`,
    });
  });

  it('does not take the script for a password when there is none', async () => {
    const running = withConnection({ connection, vars: suVars() }, (connected) => connected.exec(script));

    await expect(running).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `su asks for a password on ${account.name}@kvm1, and there is none: -K or ansible_become_password gives it`,
    });
  });
});

describe.each(['ssh', 'openssh'] as const)('become by doas over %s', (connection) => {
  const vars = { ansible_become: true, ansible_become_method: 'doas' };

  it('runs scripts as root', async () => {
    await account.allowDoas(`permit nopass ${account.name} as root`);

    const result = await withConnection({ connection, vars }, (connected) => connected.exec(script));

    expect(result).toEqual(asRoot);
  });

  it('runs scripts as another user, whom nobody gave a password', async () => {
    await account.allowDoas(`permit nopass ${account.name} as ${other.name}`);
    const asOther = { ...vars, ansible_become_user: other.name, ansible_become_password: 'never needed' };

    const result = await withConnection({ connection, vars: asOther }, (connected) =>
      connected.exec('id -un; cat'),
    );

    expect(result).toEqual({ code: 0, stdout: `${other.name}\n`, stderr: '' });
  });

  it.each([
    ['allows nothing', 'deny', 'doas: Operation not permitted'],
    [
      'wants a password',
      'permit',
      'doas: Authentication required: doas takes a password from a terminal only, so doas.conf must say nopass',
    ],
  ])('says why when doas %s', async (_reason, action, said) => {
    await account.allowDoas(`${action} ${account.name} as root`);

    const running = withConnection({ connection, vars }, (connected) => connected.exec(script));

    await expect(running).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: `${account.name}@kvm1 cannot run a script: ${said}`,
    });
  });
});
