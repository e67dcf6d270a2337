import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { both, Faults, outcomesOf, type Both, type Whole } from './support/faults.ts';
import { lockHost, unlockHost } from '../support/lock.ts';
import type { Layout } from './support/layouts.ts';
import { rows } from './support/rows.ts';

jest.setTimeout(240_000);

let faults: Faults;
let before: Both<Whole>;

beforeAll(async () => {
  faults = await Faults.prepare();
});

beforeEach(async () => {
  before = await faults.begin();
});

describe('a change that cannot come to good', () => {
  it(rows['wrong-gateway'].fault, async () => {
    const runs = await both((layout) => faults.run(layout, layout.wrong.gateway, { confirmTimeout: 20 }));

    const message =
      /^failed KVMPLAY_ROLLED_BACK after the change the default gateway does not answer ping; \S+ is as before$/;
    expect(outcomesOf(runs)).toEqual({
      L1: expect.stringMatching(message),
      L3: expect.stringMatching(message),
    });
    await faults.expectBefore('wrong-gateway', before);
  });

  it(rows['wrong-vlan'].fault, async () => {
    const runs = await both((layout) =>
      faults.run(layout, layout.wrong.vlan, { confirmTimeout: 8, connectTimeout: 2 }),
    );

    const message = /^failed KVMPLAY_ROLLED_BACK .*; \S+ is as before$/;
    expect(outcomesOf(runs)).toEqual({
      L1: expect.stringMatching(message),
      L3: expect.stringMatching(message),
    });
    await faults.expectBefore('wrong-vlan', before);
  });

  it(rows['uplink-refuses'].fault, async () => {
    const runs = await both((layout) => faults.run(layout, layout.wrong.uplink, { confirmTimeout: 40 }));

    expect(outcomesOf(runs)).toEqual({
      L1: expect.stringContaining('`ip link set dev eno9 master bond7` ended with 2; kvm1 is as before'),
      L3: expect.stringContaining('`ip link set dev eno9 master bond6` ended with 2; kvm2 is as before'),
    });
    await faults.expectBefore('uplink-refuses', before);
  });

  it(rows['lacp-alone'].fault, async () => {
    const runs = await both((layout) => faults.run(layout, layout.wrong.partner, { confirmTimeout: 20 }));

    expect(outcomesOf(runs)).toEqual({
      L1: expect.stringContaining('bond7 has no LACP partner on all of its ports; kvm1 is as before'),
      L3: expect.stringContaining('bond6 has no LACP partner on all of its ports; kvm2 is as before'),
    });
    await faults.expectBefore('lacp-alone', before);
  });

  it(rows['second-default'].fault, async () => {
    const runs = await both((layout) => faults.run(layout, layout.wrong.secondDefault));

    expect(outcomesOf(runs)).toEqual({
      L1: expect.stringMatching(/^failed KVMPLAY_PLAN .*default/),
      L3: expect.stringMatching(/^failed KVMPLAY_PLAN .*default/),
    });
    for (const { summary } of Object.values(runs)) {
      expect(summary.hosts).toMatchObject([{ connections: 1, execs: 1 }]);
    }
    await faults.expectBefore('second-default', before);
  });
});

describe('a host that is not fit for a change', () => {
  const mend: { readonly host: string; readonly script: string }[] = [];

  afterEach(async () => {
    for (const { host, script } of mend.splice(0)) await faults.lab.run(host, script);
  });

  const folder = '/etc/sysconfig/network-scripts';
  const cases = [
    [
      'read-only',
      {
        spoil: `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder}`,
        repair: `umount ${folder}`,
        message:
          /^failed KVMPLAY_COMMAND \/etc\/sysconfig\/network-scripts\/ifcfg-\S+ of \S+ cannot be written: .*Read-only file system; nothing was changed$/,
      },
    ],
    [
      'disk-full',
      {
        spoil: `mkdir -p /tmp/keep && cp -a ${folder}/. /tmp/keep && mount -t tmpfs -o size=64k tmpfs ${folder} &&
cp -a /tmp/keep/. ${folder} && { cat /dev/zero > ${folder}/fill 2>/dev/null; true; }`,
        repair: `umount ${folder}`,
        message:
          /^failed KVMPLAY_COMMAND \/etc\/sysconfig\/network-scripts\/ifcfg-\S+ of \S+ cannot be written: .*No space left on device.*; nothing was changed$/,
      },
    ],
    [
      'lock-held',
      {
        spoil: lockHost('ada from desk7'),
        repair: unlockHost,
        message:
          /^failed KVMPLAY_HOST_LOCKED \S+ is being changed by ada from desk7 \(`kvmplay guard list` shows it\); nothing was changed$/,
      },
    ],
  ] as const;

  it.each(cases.map(([id, rest]) => [rows[id].fault, id, rest] as const))(
    '%s',
    async (_, id, { spoil, repair, message }) => {
      await both(async ({ host }: Layout) => {
        await faults.lab.read(host, spoil);
        mend.push({ host, script: repair });
      });

      const runs = await both((layout) => faults.run(layout, layout.change));

      expect(outcomesOf(runs)).toEqual({
        L1: expect.stringMatching(message),
        L3: expect.stringMatching(message),
      });
      // Fails when the lock is gone.
      for (const { host, script } of mend.splice(0)) await faults.lab.read(host, script);
      await faults.expectBefore(id, before);
    },
  );
});

describe('a change that takes its time', () => {
  it(rows['stp-on'].fault, async () => {
    const runs = await both((layout) => faults.run(layout, layout.withStp, { confirmTimeout: 30 }));

    expect(outcomesOf(runs)).toEqual({ L1: 'changed', L3: 'changed' });
    const states = await both(({ host, id }) =>
      faults.lab.read(host, `cat /sys/class/net/${id === 'L1' ? 'breno3' : 'br6'}/brif/*/state`),
    );
    expect(states).toEqual({ L1: '3\n', L3: expect.stringMatching(/^(3\n)+$/) });
    const again = await both((layout) => faults.run(layout, layout.withStp));
    await faults.expectDone('stp-on', again);
  });
});
