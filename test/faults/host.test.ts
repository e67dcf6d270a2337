import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isBusy } from '../support/lock.ts';
import { compareStates } from '../lab/support/lab.ts';
import { Controllers } from './support/children.ts';
import { both, type Both, Faults, outcomesOf, type Whole, withoutTimes } from './support/faults.ts';
import type { Layout } from './support/layouts.ts';
import { record } from './support/matrix.ts';
import { rows } from './support/rows.ts';

jest.setTimeout(300_000);

let faults: Faults;
let controllers: Controllers;
let before: Both<Whole>;

beforeAll(async () => {
  faults = await Faults.prepare();
  controllers = new Controllers(faults.lab);
});

afterAll(() => controllers.remove());

beforeEach(async () => {
  before = await faults.begin();
});

describe('a change whose way to the controller breaks', () => {
  it(rows['cut-healed-early'].fault, async () => {
    const runs = await both(async (layout) => {
      const run = faults.run(layout, layout.change, { confirmTimeout: 60, connectTimeout: 2 });
      await faults.whenArmed(layout);
      await faults.lab.cut(layout.host, layout.nic);
      await sleep(4000);
      await faults.lab.heal(layout.host, layout.nic);
      return await run;
    });

    expect(outcomesOf(runs)).toEqual({ L1: 'changed', L3: 'changed' });
    await faults.expectWanted('cut-healed-early');
  });

  it(rows['cut-healed-late'].fault, async () => {
    const runs = await both(async (layout) => {
      const run = faults.run(layout, layout.change, { confirmTimeout: 6, connectTimeout: 2 });
      await faults.whenArmed(layout);
      await faults.lab.cut(layout.host, layout.nic);
      await faults.whenEnded(layout);
      await faults.lab.heal(layout.host, layout.nic);
      return await run;
    });

    const message = /^failed KVMPLAY_ROLLED_BACK .*; \S+ is as before$/;
    expect(outcomesOf(runs)).toEqual({
      L1: expect.stringMatching(message),
      L3: expect.stringMatching(message),
    });
    await faults.expectBefore('cut-healed-late', before);
  });

  it(rows['sshd-killed'].fault, async () => {
    const runs = await both(async (layout) => {
      const run = faults.run(layout, layout.change, { confirmTimeout: 60, connectTimeout: 2 });
      await faults.whenArmed(layout);
      const killed = await faults.lab.read(layout.host, killSshd);
      expect(Number(killed)).toBeGreaterThanOrEqual(2);
      return await run;
    });

    expect(outcomesOf(runs)).toEqual({ L1: 'changed', L3: 'changed' });
    await faults.expectWanted('sshd-killed');
  });

  /** Prints how many processes it was: the listener, and one or more of the session. */
  const killSshd = `count=0
for pid in $(pgrep '^sshd'); do kill -9 "$pid" && count=$((count + 1)); done
sleep 1
/usr/sbin/sshd -f /etc/ssh/sshd_config -E /lab/sshd.log
echo $count`;
});

describe('a guard', () => {
  it.each([
    [rows['clock-ahead'].fault, 'clock-ahead', 3600],
    [rows['clock-back'].fault, 'clock-back', -3600],
  ] as const)('%s', async (_, id, seconds) => {
    const confirmTimeout = 8;
    const late = await both(async (layout) => {
      const controller = await controllers.start(layout, { confirmTimeout, dies: 'verify' });
      await controller.ended;
      await stepClock(layout, seconds);
      const read = await faults.lab.run(layout.host, watchGuard, { timeout: 120_000 });
      await stepClock(layout, -seconds);
      return Number(read.stdout);
    });

    // Seconds past its time until everything is taken back, on a machine that is busy.
    for (const value of [late.L1, late.L3]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(15);
    }
    await faults.expectBefore(id, before);
  });

  /** Prints how long after its time nothing of the transaction is left; its clock is that of /proc/uptime. */
  const watchGuard = `set -- /run/kvmplay/token.applied.*; id=\${1#*/token.applied.}; set -- /run/kvmplay/\${id%%.*}/deadline.*; deadline=\${1##*.}
while ${isBusy}; do sleep 0.1; done
read -r uptime rest < /proc/uptime
echo $((\${uptime%.*} - deadline))`;

  async function stepClock({ host }: Layout, seconds: number): Promise<void> {
    await faults.lab.read(host, `date -s "@$(($(date +%s) + ${String(seconds)}))"`);
  }
});

describe('a power cut', () => {
  it(rows['power-before-commit'].fault, async () => {
    const runs = await both(async (layout) => {
      const { host } = layout;
      const run = faults.run(layout, layout.change, {
        confirmTimeout: 60,
        connectTimeout: 2,
        reporters: [
          {
            onEvent: async (event) => {
              if (event.type !== 'host.phase' || event.phase !== 'verify') return;
              await faults.lab.kill(host);
              await faults.lab.boot(host);
            },
          },
        ],
      });
      return await run;
    });
    const booted = await faults.read();
    await both((layout) => faults.addGuest(layout));

    const message = expect.stringMatching(/^failed .*the host forgot the change: it was restarted/);
    expect(outcomesOf(runs)).toEqual({ L1: message, L3: message });
    for (const id of ['L1', 'L3'] as const) {
      expect(withoutStaged(booted[id].files)).toBe(withoutStaged(before[id].files));
      expect(booted[id].leftovers).toBe('');
      expect(compareStates(withoutGuests(before[id]), withoutGuests(booted[id]))).toEqual([]);
    }
    expect(await faults.guestsPing()).toBe(true);
    const again = await both((layout) => faults.run(layout, layout.change, { confirmTimeout: 60 }));
    expect(outcomesOf(again)).toEqual({ L1: 'changed', L3: 'changed' });
    const after = await faults.read();
    expect({ L1: withoutTimes(after.L1.files), L3: withoutTimes(after.L3.files) }).toEqual(faults.wanted);
    expect(await faults.guestsPing()).toBe(true);
    record('power-before-commit', { reachable: [2, 2], before: 2, wanted: 0, mixed: 0, guests: [2, 2] });
  });

  it(rows['power-during-commit'].fault, async () => {
    await both(({ host }) => faults.lab.read(host, powerOffAtSecondRename));
    const runs = both((layout) =>
      faults.run(layout, layout.change, { confirmTimeout: 60, connectTimeout: 2 }),
    );

    await both(async ({ host }) => {
      await whenOff(host);
      await faults.lab.boot(host);
      await faults.lab.read(host, 'rm /usr/local/bin/mv');
    });
    const broken = await runs;
    const mixed = await both(({ host }) => faults.readFiles(host));
    const finished = await both((layout) => faults.run(layout, layout.change, { confirmTimeout: 60 }));
    await both((layout) => faults.addGuest(layout));

    expect(outcomesOf(broken)).toEqual({
      L1: expect.stringMatching(/^failed /),
      L3: expect.stringMatching(/^failed /),
    });
    // Also where SSH comes in through the NIC whose files are the mixture.
    expect(outcomesOf(finished)).toEqual({ L1: 'changed', L3: 'changed' });
    for (const id of ['L1', 'L3'] as const) {
      expect(withoutTimes(withoutStaged(mixed[id]))).not.toBe(withoutTimes(before[id].files));
      expect(withoutTimes(withoutStaged(mixed[id]))).not.toBe(faults.wanted[id]);
    }
    await faults.expectWanted('power-during-commit');
  });

  it(rows['power-after-commit'].fault, async () => {
    const runs = await both(async (layout) => {
      const result = await faults.run(layout, layout.change, { confirmTimeout: 60 });
      await faults.lab.reboot(layout.host, { hard: true });
      return result;
    });
    await both((layout) => faults.addGuest(layout));

    expect(outcomesOf(runs)).toEqual({ L1: 'changed', L3: 'changed' });
    await faults.expectWanted('power-after-commit');
  });

  /** Stands before the real mv: at its second call for a file of the network the power goes. */
  const powerOffAtSecondRename = `cat > /usr/local/bin/mv <<'END'
#!/bin/sh
case " $* " in
  *" /etc/sysconfig/"*|*" /etc/modprobe.d/"*)
    if [ -e /run/first-rename ]; then sync; echo o > /proc/sysrq-trigger; sleep 60; fi
    : > /run/first-rename ;;
esac
exec /usr/bin/mv "$@"
END
chmod 755 /usr/local/bin/mv; sync`;

  async function whenOff(host: string): Promise<void> {
    const deadline = Date.now() + 90_000;
    while (faults.lab.status().some(({ name, isUp }) => name === host && isUp)) {
      if (Date.now() > deadline) throw new Error(`${host} did not power off`);
      await sleep(100);
    }
  }
});

/** Without the files that a power cut leaves beside those they were to become: their names begin with a dot. */
function withoutStaged(files: string): string {
  return files
    .replaceAll(/^\S*\/\.kvmplay-\S+ .*\n/gm, '')
    .replaceAll(/^==> \S*\/\.kvmplay-\S+ <==\n[^]*?(?=^==> |(?![^]))/gm, '');
}

/** Guests do not come back by themselves. */
function withoutGuests({ state }: Whole): unknown {
  const links = (state?.links ?? new Map()) as ReadonlyMap<string, unknown>;
  return { ...state, links: new Map([...links].filter(([name]) => !name.startsWith('vnet'))) };
}
