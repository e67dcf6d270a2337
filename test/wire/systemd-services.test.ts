import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type DesiredService, ensureFile, ensureService, play, type Host } from 'kvmplay';
import type { Change } from '../../src/model/change.ts';
import { describeChange } from '../../src/changes/index.ts';
import {
  prepareSystemd,
  startSystemdHost,
  type SystemdHost,
  type SystemdRunOptions,
} from './support/systemd-host.ts';

jest.setTimeout(120_000);

let host: SystemdHost;

const units: Readonly<Record<string, string>> = {
  'demo.service': 'ExecStart=/bin/sleep 1000',
  'inst@.service': 'ExecStart=/bin/sleep 1000',
  'named.service': 'ExecStart=/bin/sleep 1000\n[Install]\nAlias=nick.service',
  'once.service': 'Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true',
  'fails.service': 'Type=forking\nExecStart=/bin/false',
  'wrong.service': 'ExecStart=/bin/none',
  'dies.service': 'ExecStart=/bin/sh -c "sleep 1; exit 3"',
  'loops.service': 'ExecStart=/bin/sh -c "sleep 1; exit 3"\nRestart=always\nRestartSec=500ms',
  'hangs.service': `Type=oneshot\nRemainAfterExit=yes\nTimeoutStopSec=infinity
ExecStart=/bin/true
ExecStop=/bin/sh -c 'until ls /run/kvmplay/token.rolling.*; do sleep 0.1; done'`,
};

const legacy = `cat > /etc/init.d/legacy <<'END'
#!/bin/sh
### BEGIN INIT INFO
# Provides: legacy
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: legacy
### END INIT INFO
case $1 in
  start) true > /run/legacy ;;
  stop) rm -f /run/legacy ;;
esac
END
chmod 755 /etc/init.d/legacy
`;

beforeAll(async () => {
  await prepareSystemd();
  host = await startSystemdHost();
  const files = Object.entries(units).map(
    ([name, service]) =>
      `printf '%s\\n' '[Service]' "$(cat <<'END'\n${service}\nEND\n)" '[Install]' WantedBy=multi-user.target > ${name}`,
  );
  await host.read(`cd /etc/systemd/system
${files.join('\n')}
printf '%s\\n' '[Timer]' OnCalendar=daily '[Install]' WantedBy=timers.target > demo.timer
printf '%s\\n' '[Service]' 'ExecStart=/bin/sleep 1000' > static.service
ln -s /dev/null masked.service
${legacy}systemctl daemon-reload`);
}, 180_000);

afterAll(() => host.stop());

async function runWith(run: (target: Host<unknown>) => Promise<unknown>, options: SystemdRunOptions = {}) {
  const services = play<unknown>({
    name: 'services',
    hosts: 'all',
    run: async (target) => {
      await run(target);
    },
  });
  const { summary, events } = await host.run([services], options);
  const [{ outcome, connections, execs, error, rollback } = {}] = summary.hosts;
  return {
    costs: { outcome, connections, execs },
    message: error?.message,
    details: error?.details ?? [],
    rollback,
    changes: events
      .flatMap((event): Change[] => (event.type === 'change.done' ? [event.change] : []))
      .map(describeChange),
  };
}

/** Services together, in one transaction. */
const runOn = (desired: readonly DesiredService[], options: SystemdRunOptions = {}) =>
  runWith((target) => Promise.all(desired.map((one) => ensureService(target, one))), options);

const nothing = { outcome: 'ok', connections: 1, execs: 1 };
const done = { outcome: 'changed', connections: 2, execs: 4 };

/** Which of them run, and which are started at boot, as systemd and its links say. */
const look = async (...names: readonly string[]): Promise<readonly string[]> =>
  (
    await host.read(
      `for unit in ${names.join(' ')}; do echo $unit $(systemctl is-active $unit) $(systemctl is-enabled $unit 2>/dev/null); done`,
    )
  )
    .trim()
    .split('\n');

describe('ensureService with systemd', () => {
  const names = ['demo', 'inst@eno3', 'demo.timer', 'once', 'legacy'];

  it('foretells, starts and enables, has nothing left to do, stops and disables', async () => {
    const on = names.map((name) => ({ name }));
    const off = names.map((name) => ({ name, running: false, enabled: false }));

    const foretold = await runOn(on, { checkMode: true });
    const before = await look(...names);
    const started = await runOn(on);
    const after = await look(...names);
    const idle = await runOn(on);
    const stopped = await runOn(off);
    const idleAgain = await runOn(off);

    const lines = (from: string, to: string) => names.map((name) => `~ service ${name} ${from}, ${to}`);
    expect(foretold).toMatchObject({ costs: { ...nothing, outcome: 'changed' } });
    expect(before).toEqual(names.map((name) => `${name} inactive disabled`));
    expect(started).toMatchObject({
      costs: done,
      changes: lines('stopped → running', 'disabled → enabled'),
    });
    expect(after).toEqual(names.map((name) => `${name} active enabled`));
    expect([idle.costs, idle.changes]).toEqual([nothing, []]);
    expect(stopped).toMatchObject({ costs: done, changes: lines('running → stopped', 'enabled → disabled') });
    expect(await look(...names)).toEqual(before);
    expect([idleAgain.costs, idleAgain.changes]).toEqual([nothing, []]);
  });

  it('knows a unit by its alias, as long as it has that', async () => {
    await host.read('systemctl --quiet enable --now named');
    const off = [{ name: 'nick', running: false, enabled: false }];

    const idle = await runOn([{ name: 'nick' }, { name: 'named' }]);
    const stopped = await runOn(off);
    const idleAgain = await runOn(off);

    expect(idle.costs).toEqual(nothing);
    expect(stopped).toMatchObject({
      costs: done,
      changes: ['~ service named running → stopped, enabled → disabled'],
    });
    expect(idleAgain.costs).toEqual(nothing);
  });

  it('starts what the unit says now, and not what systemd read before', async () => {
    const path = '/etc/systemd/system/fresh.service';
    await host.read(
      `printf '[Service]\\nExecStart=/bin/sleep 1001\\n' > ${path}; systemctl start fresh; systemctl stop fresh`,
    );

    const { costs } = await runWith(async (target) => {
      await ensureFile(target, { path, content: '[Service]\nExecStart=/bin/sleep 1002\n' });
      await ensureService(target, { name: 'fresh', enabled: 'unchanged' });
    });

    expect(costs.outcome).toBe('changed');
    expect(await host.read('tr "\\0" " " < /proc/$(systemctl show -p MainPID --value fresh)/cmdline')).toBe(
      '/bin/sleep 1002 ',
    );
  });

  it.each([
    ['is not there', { name: 'absent' }, 'kvm1 has no service absent'],
    ['is masked', { name: 'masked' }, 'service masked is masked: `systemctl unmask masked` lets it start'],
    [
      'others start',
      { name: 'static' },
      "service static cannot be enabled, other units start it (static): enabled should be 'unchanged'",
    ],
  ])('refuses one that %s, before anything is changed', async (_, desired, message) => {
    expect(await runOn([{ name: 'demo' }, desired])).toMatchObject({
      costs: { outcome: 'failed', connections: 1, execs: 1 },
      message,
    });
    expect(await look('demo')).toEqual(['demo inactive disabled']);
  });

  it.each([
    [
      'fails to start',
      'fails',
      '~ service fails stopped → running, disabled → enabled: `systemctl start fails` ended with 1; kvm1 is as before',
      'Job for fails.service failed because the control process exited with error code.',
    ],
    [
      'has no program',
      'wrong',
      'the host is not as planned after the change; kvm1 is as before',
      '`systemctl status wrong` tells why it does not run',
    ],
    [
      'dies soon after its start',
      'dies',
      'the host is not as planned after the change; kvm1 is as before',
      'ensureService dies would still: ~ service dies stopped → running',
    ],
  ])('takes everything back when one %s', async (_, name, message, detail) => {
    await host.read('systemctl --quiet enable --now demo inst@eno3; systemctl --quiet disable inst@eno3');
    const names = ['demo', 'inst@eno3', name];
    const before = await look('demo', 'inst@eno3');

    const failed = await runOn([
      { name: 'demo', running: false, enabled: false },
      { name: 'inst@eno3' },
      { name },
    ]);

    expect(failed).toMatchObject({ costs: { outcome: 'failed' }, message, rollback: 'proved' });
    expect(failed.details).toContain(detail);
    expect(await look(...names)).toEqual([...before, `${name} failed disabled`]);
    await host.read(`systemctl reset-failed ${name}; systemctl --quiet disable --now demo inst@eno3`);
  });

  it('takes back one that dies and is started again without end', async () => {
    const { costs, details, rollback } = await runOn([{ name: 'loops' }], { confirmTimeout: 5 });

    expect([costs.outcome, rollback]).toEqual(['failed', 'proved']);
    expect(details.join('\n')).toMatch(
      /^service loops does not stay up: (active \(running\)|activating \(auto-restart\))$/m,
    );
    expect(await look('loops')).toEqual(['loops inactive disabled']);
  });

  it('says which service takes longer to stop than the host waits', async () => {
    await host.read('systemctl start hangs');

    const { message, details, rollback } = await runOn([{ name: 'hangs', running: false }], {
      confirmTimeout: 2,
    });

    expect([message, rollback]).toEqual([
      '~ service hangs running → stopped, disabled → enabled: `systemctl stop hangs` had not ended when the guard undid the change; kvm1 is as before',
      'proved',
    ]);
    expect(details).toEqual(['--confirm-timeout gives it more time']);
    expect(await look('hangs')).toEqual(['hangs active disabled']);
  });
});
