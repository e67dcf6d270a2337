import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { lockHost, unlockHost } from '../support/lock.ts';
import { ensureAddress, ensureBond, ensureBridge, play, type Host, type Play } from 'kvmplay';
import type { Lab } from '../../src/lab/index.ts';
import {
  compareStates,
  makeBare,
  type NetworkState,
  outcomes,
  readFiles,
  ringLab,
  runOnLab,
  surveyLab,
} from './support/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
}, 60_000);

function onKvm3(run: (host: Host<unknown>) => Promise<unknown>): Play {
  return play({
    name: 'try',
    hosts: 'kvm3',
    run: async (host) => {
      await run(host);
    },
  });
}

const bond = onKvm3((host) =>
  ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: ['eno4', 'eno5'] }),
);

interface Whole {
  readonly state: NetworkState | undefined;
  readonly files: string;
}

async function readWhole(): Promise<Whole> {
  return { state: (await surveyLab(lab, 'kvm3')).get('kvm3'), files: await readFiles(lab, 'kvm3') };
}

describe('a change that cannot be made', () => {
  it('leaves kernel and files as before, and names task, change, command and what it printed', async () => {
    const before = await readWhole();
    const play9 = onKvm3((host) =>
      ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: ['eno4', 'eno9'] }),
    );

    const { summary, events } = await runOnLab(lab, [play9]);

    const [host] = summary.hosts;
    expect(host).toMatchObject({
      outcome: 'failed',
      rollback: 'proved',
      error: { code: 'KVMPLAY_ROLLED_BACK' },
    });
    expect(host?.error?.message).toContain(
      '+ eno9 port of bond6: `ip link set dev eno9 master bond6` ended with 2',
    );
    expect(host?.error?.details?.join(' ')).toMatch(/RTNETLINK answers|Error:/);
    expect(host?.error?.place).toMatch(/safety\.test\.ts:\d+:\d+$/);
    expect(events.filter(({ type }) => type === 'task.end')).toMatchObject([
      { task: 'ensureBond', subject: 'bond6', outcome: 'failed', rolledBack: true },
    ]);
    const after = await readWhole();
    expect(compareStates(before.state, after.state)).toEqual([]);
    expect(after.files).toBe(before.files);
    expect(await lab.read('kvm3', 'ls /run/kvmplay | grep -v "^token.free\\|^2"; true')).toBe('');
  }, 60_000);
});

describe('a change that cuts its own SSH session off', () => {
  it('is taken back by the host itself', async () => {
    const before = await readWhole();
    const address = (await lab.read('kvm3', 'ip -o -4 address show dev eno1')).split(/ +/)[3] ?? '';
    const cut = onKvm3((host) =>
      ensureAddress(host, { link: 'eno1', addresses: [address], state: 'absent' }),
    );

    const result = await runOnLab(lab, [cut], { confirmTimeout: 6, connectTimeout: 2 });

    expect(result.summary.hosts).toMatchObject([
      { outcome: 'failed', rollback: 'proved', error: { code: 'KVMPLAY_ROLLED_BACK' } },
    ]);
    const after = await readWhole();
    expect(compareStates(before.state, after.state)).toEqual([]);
    expect(after.files).toBe(before.files);
  }, 90_000);
});

describe('a host that is not fit for a change', () => {
  const heal: string[] = [];

  afterEach(async () => {
    for (const script of heal.splice(0)) await lab.read('kvm3', script);
  });

  const cases: readonly (readonly [
    title: string,
    { spoil: string; mend: string; message: RegExp; code: string },
  ])[] = [
    [
      'has its files read-only',
      {
        spoil:
          'mount --bind /etc/sysconfig/network-scripts /etc/sysconfig/network-scripts && mount -o remount,ro,bind /etc/sysconfig/network-scripts',
        mend: 'umount /etc/sysconfig/network-scripts',
        message:
          /^\/etc\/sysconfig\/network-scripts\/ifcfg-\S+ of kvm3 cannot be written: .*Read-only file system; nothing was changed$/,
        code: 'KVMPLAY_COMMAND',
      },
    ],
    [
      'has a full disk',
      {
        spoil: `mkdir -p /tmp/keep && cp -a /etc/sysconfig/network-scripts/. /tmp/keep &&
mount -t tmpfs -o size=64k tmpfs /etc/sysconfig/network-scripts && cp -a /tmp/keep/. /etc/sysconfig/network-scripts &&
{ cat /dev/zero > /etc/sysconfig/network-scripts/fill 2>/dev/null; true; }`,
        mend: 'umount /etc/sysconfig/network-scripts',
        message:
          /^\/etc\/sysconfig\/network-scripts\/ifcfg-\S+ of kvm3 cannot be written: .*No space left on device.*; nothing was changed$/,
        code: 'KVMPLAY_COMMAND',
      },
    ],
    [
      'is being changed by somebody else',
      {
        spoil: lockHost('ada from desk7'),
        mend: unlockHost,
        message:
          /^kvm3 is being changed by ada from desk7 \(`kvmplay guard list` shows it\); nothing was changed$/,
        code: 'KVMPLAY_HOST_LOCKED',
      },
    ],
    [
      'has no ip command',
      {
        spoil: 'mount --bind /dev/null "$(readlink -f "$(command -v ip)")"',
        mend: 'umount "$(readlink -f /usr/sbin/ip)" 2>/dev/null || umount /usr/bin/ip',
        message: /kvm3 has no ip command \(package iproute2\)$/,
        code: 'KVMPLAY_PLAN',
      },
    ],
    [
      'has a kernel without bonding',
      {
        spoil: 'rmmod bonding 2>/dev/null; mount -t tmpfs tmpfs "$(readlink -f /lib/modules/$(uname -r))"',
        mend: 'umount "$(readlink -f /lib/modules/$(uname -r))"',
        message: /bonding/,
        code: 'KVMPLAY_PLAN',
      },
    ],
  ];

  it.each(cases)(
    '%s: one sentence, and nothing changed',
    async (_, { spoil, mend, message, code }) => {
      const before = await readFiles(lab, 'kvm3');
      await lab.read('kvm3', spoil);
      heal.push(mend);

      const result = await runOnLab(lab, [bond]);

      expect(result.summary.hosts).toMatchObject([{ outcome: 'failed', error: { code } }]);
      expect(result.summary.hosts[0]?.error?.message).toMatch(message);
      expect(await lab.read('kvm3', 'ls -d /sys/class/net/bond6 2>/dev/null || echo none')).toBe('none\n');
      for (const script of heal.splice(0)) await lab.read('kvm3', script);
      expect(await readFiles(lab, 'kvm3')).toBe(before);
    },
    60_000,
  );
});

describe('a bridge that was made by hand', () => {
  it('keeps its ports, and gets only what was asked for', async () => {
    await lab.read('kvm3', 'ip link add br7 type bridge && ip link set br7 up');
    await lab.addTaps('kvm3', ['vnet3'], { bridge: 'br7' });
    const want = onKvm3((host) => ensureBridge(host, { name: 'br7', ports: ['eno5'], exact: true }));

    expect(outcomes(await runOnLab(lab, [want]))).toEqual(['kvm3 changed']);

    expect((await lab.read('kvm3', 'ls /sys/class/net/br7/brif')).split('\n').sort()).toEqual([
      '',
      'eno5',
      'vnet3',
    ]);
  }, 60_000);
});
