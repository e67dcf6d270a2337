import { execFile } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ensureAddress, ensureBridge, ensureFile, ensureService, play, type Host, type Play } from 'kvmplay';
import { endGuard, type GuardAction, readGuard } from '../../src/engine/transaction/guard.ts';
import { bridgePlay } from './support/dying-controller.ts';
import { inventoryHost } from './support/host.ts';
import { prepareSystemd, startSystemdHost, type SystemdHost } from './support/systemd-host.ts';

jest.setTimeout(120_000);

let host: SystemdHost;

beforeAll(async () => {
  await prepareSystemd();
  host = await startSystemdHost();
  await host.read(`cat > /etc/systemd/system/slow.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'until [ -e /run/may-start ]; do sleep 0.1; done'
ExecStop=/bin/sh -c 'until [ -e /run/may-stop ]; do sleep 0.1; done'
END
printf '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n' > /etc/systemd/system/never.service
touch /run/may-start /run/may-stop; systemctl daemon-reload; systemctl start slow`);
}, 180_000);

afterAll(() => host.stop());

/** Makes the host what it was before a test. */
const tidy = `touch /run/may-start /run/may-stop; systemctl start slow ssh
rm -f /etc/kvmplay-demo.conf; ip link delete br6 2>/dev/null; ip link set eno4 down`;

afterEach(() => host.read(tidy));

const playOf = (run: (target: Host<unknown>) => Promise<unknown>): Play =>
  play<unknown>({
    name: 'try',
    hosts: 'all',
    run: async (target) => {
      await run(target);
    },
  });

/** Links, addresses, files, units and what a transaction leaves behind. */
const readWhole = (): Promise<string> =>
  host.read(`ip -o addr | sed 's/^[0-9]*: //'; ip -br link | sed 's/@.*//'
for unit in slow ssh; do systemctl show -p ActiveState -p UnitFileState $unit; done
for try in 1 2 3 4 5 6; do [ -z "$(systemctl list-units --all --plain --no-legend 'kvmplay*')" ] || sleep 0.5; done
find /run/systemd/transient /etc -name '*kvmplay*' 2>/dev/null
ls /run/kvmplay 2>/dev/null | grep token | grep -v free
systemctl list-units --all --plain --no-legend 'kvmplay*'
systemctl --failed --plain --no-legend`);

/** Resolves when it holds on the host. */
const until = (condition: string): Promise<string> => host.read(`until ${condition}; do sleep 0.1; done`);

const guard = (action: GuardAction) => endGuard(inventoryHost({}), action, { transport: host.transport });

/** Resolves with the signal that ended it. */
function runDyingController(): Promise<string | undefined> {
  const args = ['scripts/run.mjs', 'test/wire/support/dying-controller.ts', JSON.stringify(host.reach)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 60_000 }, (error) => resolve(error?.signal ?? undefined));
  });
}

describe('a change whose controller is killed before it confirms', () => {
  it('stands under a guard in a unit of its own until it is undone', async () => {
    const before = await readWhole();
    expect(await runDyingController()).toBe('SIGKILL');

    const status = await readGuard(inventoryHost({}), { transport: host.transport });
    const id = status.id ?? '';
    // What an operator may do meanwhile.
    await host.read('systemctl daemon-reload; systemctl daemon-reexec');
    await until('systemctl is-system-running --quiet');
    const units = await host.read(
      `systemctl list-units --plain --no-legend 'kvmplay*' | cut -d' ' -f1,2,3,4`,
    );
    const second = await host.run([bridgePlay]);
    const undone = await guard('rollback');

    expect(status).toMatchObject({
      state: 'armed',
      owner: expect.stringMatching(/^ada from desk7, since 2/),
    });
    expect(units).toMatch(new RegExp(`^kvmplay-${id}-guard-\\d+\\.scope loaded active running$`, 'm'));
    expect(second.summary.hosts).toMatchObject([
      {
        outcome: 'failed',
        error: {
          code: 'KVMPLAY_HOST_LOCKED',
          message: expect.stringMatching(
            /^kvm1 is being changed by ada from desk7, since [\d: -]+ UTC \(`kvmplay guard list` shows it\); nothing was changed$/,
          ),
        },
      },
    ]);
    expect(undone).toMatchObject({ isDone: true });
    expect(await readWhole()).toBe(before);
  });

  it('stays when it is confirmed, and leaves no unit behind, also when the guard comes at that moment', async () => {
    expect(await runDyingController()).toBe('SIGKILL');
    const { id = '' } = await readGuard(inventoryHost({}), { transport: host.transport });
    const folder = `/run/kvmplay/${id}`;

    await host.read(`mv ${folder}/deadline.* ${folder}/deadline.99999999; sh ${folder}/transaction guard`);
    const confirmed = await guard('confirm');

    expect(confirmed.sentence).toBe(`transaction ${id} is confirmed, and its files are in place`);
    await until(`[ -z "$(systemctl list-units --all --plain --no-legend 'kvmplay*')" ]`);
    expect(
      await host.read('cat /etc/kvmplay-demo.conf; ls /sys/class/net/br6/brif; ls /run/kvmplay | grep token'),
    ).toBe(`demo\neno4\ntoken.free.${id}.0.-\n`);
    expect((await host.run([bridgePlay])).summary.hosts).toMatchObject([{ outcome: 'ok' }]);
  });

  it('is forgotten by a restart, which boots the old files', async () => {
    const before = await readWhole();
    expect(await runDyingController()).toBe('SIGKILL');

    await host.reboot();

    expect(await readGuard(inventoryHost({}), { transport: host.transport })).toMatchObject({
      state: 'none',
      unfinished: [],
    });
    expect(await host.read('ls /etc/kvmplay-demo.conf /sys/class/net/br6 2>/dev/null; true')).toBe('');
    expect((await host.run([bridgePlay])).summary.hosts).toMatchObject([{ outcome: 'changed' }]);
    await host.read(tidy);
    expect(await readWhole()).toBe(before);
  });
});

describe('a change that makes its host unreachable', () => {
  it.each([
    [
      'takes the address that SSH uses away',
      (target: Host<unknown>) =>
        ensureAddress(target, { link: 'eno1', addresses: ['10.128.9.11/24'], state: 'absent' }),
    ],
    [
      'stops sshd, by an alias that is gone then',
      (target: Host<unknown>) => ensureService(target, { name: 'sshd', running: false, enabled: false }),
    ],
  ])('is undone by the host itself when it %s', async (_, change) => {
    const before = await readWhole();

    const { summary } = await host.run([playOf(change)], { confirmTimeout: 2, connectTimeout: 2 });

    expect(summary.hosts).toMatchObject([
      { outcome: 'failed', rollback: 'proved', error: { code: 'KVMPLAY_ROLLED_BACK' } },
    ]);
    expect(await readWhole()).toBe(before);
  });
});

/** Ends sshd with all of its sessions, and all that they did not start apart. */
const killSessions = 'systemctl stop ssh; systemctl start ssh';

describe('a host whose sessions all end', () => {
  it('goes on with what was begun, and undoes what nobody can confirm', async () => {
    const before = await readWhole();
    const change = playOf(async (target) => {
      await ensureService(target, { name: 'slow', running: false, enabled: 'unchanged' });
      await ensureBridge(target, { name: 'br6', ports: ['eno4'] });
    });

    await host.read('rm /run/may-stop');
    const running = host.run([change], { confirmTimeout: 600, connectTimeout: 2 });
    await until(`[ "$(systemctl show -p ActiveState slow)" = ActiveState=deactivating ]`);
    await host.read('systemctl stop ssh; touch /run/may-stop');
    await until('ls /run/kvmplay/token.applied.* >/dev/null 2>&1');
    const bridges = await host.read('ls /sys/class/net/br6/brif');
    // Its time is up.
    await host.read('for name in /run/kvmplay/2*/deadline.*; do mv $name ${name%.*}.0; done');
    await until('ls /run/kvmplay/token.free.* >/dev/null 2>&1');
    await host.read('systemctl start ssh');
    const { summary } = await running;

    expect(bridges).toBe('eno4\n');
    expect(summary.hosts).toMatchObject([{ outcome: 'failed', rollback: 'proved' }]);
    expect(await readWhole()).toBe(before);
  });

  it('ends a rollback that was begun', async () => {
    const before = await readWhole();
    const change = playOf(async (target) => {
      await ensureBridge(target, { name: 'br6', ports: ['eno4'] });
      await ensureService(target, { name: 'slow', running: false, enabled: 'unchanged' });
      await ensureService(target, { name: 'never', enabled: 'unchanged' });
    });

    await host.read('rm /run/may-start');
    const running = host.run([change], { confirmTimeout: 600 });
    await until(`[ "$(systemctl show -p ActiveState slow)" = ActiveState=activating ]`);
    await host.read(`${killSessions}; touch /run/may-start`);
    const { summary } = await running;

    expect(summary.hosts).toMatchObject([
      {
        outcome: 'failed',
        rollback: 'proved',
        error: { message: 'the host is not as planned after the change; kvm1 is as before' },
      },
    ]);
    expect(await readWhole()).toBe(before);
  });

  it('ends a commit that was begun', async () => {
    await host.read(`rm /run/may-start; cat > /sbin/restorecon <<'END'
#!/bin/sh
true > /run/committing
until [ -e /run/may-start ]; do sleep 0.1; done
END
chmod 755 /sbin/restorecon`);
    const change = playOf(async (target) => {
      await ensureFile(target, { path: '/etc/kvmplay-1.conf', content: 'one\n' });
      await ensureFile(target, { path: '/etc/kvmplay-2.conf', content: 'two\n' });
    });

    const running = host.run([change]);
    await until('[ -e /run/committing ]');
    await host.read(`${killSessions}; touch /run/may-start`);
    const { summary } = await running;

    expect(
      await host.read(
        'cat /etc/kvmplay-[12].conf; ls /run/kvmplay | grep token | grep -v free; ls /var/lib/kvmplay/*/unfinished 2>/dev/null; true',
      ),
    ).toBe('one\ntwo\n');
    expect(summary.hosts).toMatchObject([{ outcome: 'changed' }]);
    await host.read('rm /sbin/restorecon /etc/kvmplay-[12].conf');
  });

  it('knows a commit whose answer was lost', async () => {
    await host.read(`cat > /usr/local/sbin/ip <<'END'
#!/bin/sh
[ ! -e /etc/kvmplay-demo.conf ] || ! ls /run/kvmplay/token.free.* >/dev/null 2>&1 || ! mkdir /run/lost 2>/dev/null || sleep 1000
exec /sbin/ip "$@"
END
chmod 755 /usr/local/sbin/ip`);

    const running = host.run([bridgePlay]);
    await until('[ -e /run/lost ]');
    await host.read(killSessions);
    const { summary } = await running;

    expect(summary.hosts).toMatchObject([{ outcome: 'changed' }]);
    await host.read('rm -r /usr/local/sbin/ip /run/lost');
  });
});
