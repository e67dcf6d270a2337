import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { isBusy } from '../../support/lock.ts';
import { links } from '../../../src/facts/index.ts';
import type { Lab } from '../../../src/lab/index.ts';
import type { Links } from '../../../src/model/link.ts';
import {
  compareStates,
  type LabRun,
  type LabRunOptions,
  type NetworkState,
  readState,
  ringLab,
  runOnLab,
} from '../../lab/support/lab.ts';
import { type Layout, layouts, playOf } from './layouts.ts';
import { record } from './matrix.ts';
import type { FaultId } from './rows.ts';

/** One value for each layout. */
export type Both<T> = Readonly<Record<Layout['id'], T>>;

/** Does the same for both layouts, side by side: most of the time they wait. */
export async function both<T>(work: (layout: Layout) => Promise<T> | T): Promise<Both<T>> {
  const settled = await Promise.allSettled(layouts.map(work));
  const entries = settled.map((result, index) => {
    if (result.status === 'rejected') throw result.reason;
    return [layouts[index]?.id, result.value] as const;
  });
  return Object.fromEntries(entries) as Both<T>;
}

/** All that a host is: what its kernel says over the way that SSH takes, and every file that its network reads. */
export interface Whole {
  /** Undefined: the host could not be reached. */
  readonly state: NetworkState | undefined;
  /** With mode, owner and time of change. */
  readonly files: string;
  readonly leftovers: string;
}

export class Faults {
  readonly lab: Lab;
  base: Both<Whole>;
  /** The files as an undisturbed run leaves them. */
  readonly wanted: Both<string>;

  private constructor(lab: Lab, base: Both<Whole>, wanted: Both<string>) {
    this.lab = lab;
    this.base = base;
    this.wanted = wanted;
  }

  /** Builds what every row starts from, and learns what the change comes to. */
  static async prepare(): Promise<Faults> {
    const lab = await ringLab();
    await both((layout) => settle(lab, layout));
    const runs = await both((layout) => runLayout(lab, layout, layout.change, { confirmTimeout: 60 }));
    expect(outcomesOf(runs)).toEqual({ L1: 'changed', L3: 'changed' });
    const wanted = await both((layout) => readFiles(lab, layout.host));
    await both((layout) => restore(lab, layout));
    return new Faults(lab, await both((layout) => readWhole(lab, layout)), {
      L1: withoutTimes(wanted.L1),
      L3: withoutTimes(wanted.L3),
    });
  }

  /** Sees to it that both hosts are as every row finds them, whatever the row before left behind. */
  async begin(): Promise<Both<Whole>> {
    const found = await both((layout) => readWhole(this.lab, layout));
    const isSame = await both(
      ({ id }) =>
        found[id].files === this.base[id].files &&
        found[id].leftovers === '' &&
        compareStates(this.base[id].state, found[id].state).length === 0,
    );
    if (isSame.L1 && isSame.L3 && (await this.guestsPing())) return found;
    await both(async (layout) => {
      if (!isSame[layout.id]) await restore(this.lab, layout);
    });
    this.base = await both((layout) => readWhole(this.lab, layout));
    return this.base;
  }

  async run(layout: Layout, tasks: Layout['change'], options: LabRunOptions = {}): Promise<LabRun> {
    return await runLayout(this.lab, layout, tasks, options);
  }

  async readFiles(host: string): Promise<string> {
    return await readFiles(this.lab, host);
  }

  async read(): Promise<Both<Whole>> {
    return await both((layout) => readWhole(this.lab, layout));
  }

  async guestsPing(): Promise<boolean> {
    const [from, to] = layouts.map(({ guest }) => guest);
    // A bridge that has just changed may still be learning.
    for (let left = 3; left > 0; left -= 1) {
      if (await this.lab.guestPing('kvm1', from?.name ?? '', to?.address ?? '')) return true;
    }
    return false;
  }

  /** Asserts that kernel, files and guests of both hosts are as they were, and writes it down. */
  async expectBefore(id: FaultId, before: Both<Whole>): Promise<void> {
    const after = await this.read();
    expect(after).toMatchObject({ L1: { state: expect.anything() }, L3: { state: expect.anything() } });
    expect({ L1: after.L1.leftovers, L3: after.L3.leftovers }).toEqual({ L1: '', L3: '' });
    expect(await both((layout) => compareStates(before[layout.id].state, after[layout.id].state))).toEqual({
      L1: [],
      L3: [],
    });
    expect(after.L1.files).toBe(before.L1.files);
    expect(after.L3.files).toBe(before.L3.files);
    expect(await this.guestsPing()).toBe(true);
    record(id, { reachable: [2, 2], before: 2, wanted: 0, mixed: 0, guests: [2, 2] });
  }

  /** Asserts that the files are those of an undisturbed run and that nothing is left to do, and writes it down. */
  async expectWanted(id: FaultId): Promise<void> {
    const after = await this.read();
    expect({ L1: after.L1.leftovers, L3: after.L3.leftovers }).toEqual({ L1: '', L3: '' });
    expect(withoutTimes(after.L1.files)).toBe(this.wanted.L1);
    expect(withoutTimes(after.L3.files)).toBe(this.wanted.L3);
    await this.expectDone(id, await both((layout) => this.run(layout, layout.change)));
  }

  /** Asserts that a second run of both hosts had nothing to do, and writes it down. */
  async expectDone(id: FaultId, again: Both<LabRun>): Promise<void> {
    expect(outcomesOf(again)).toEqual({ L1: 'ok', L3: 'ok' });
    expect(await this.guestsPing()).toBe(true);
    record(id, { reachable: [2, 2], before: 0, wanted: 2, mixed: 0, guests: [2, 2] });
  }

  /** Makes the guest of a layout, which a reboot ended. */
  async addGuest({ host, guest }: Layout): Promise<void> {
    const { name, bridge, address } = guest;
    await this.lab.addGuest(host, name, { bridge, address: `${address}/24` });
  }

  /** Resolves when the host has armed its guard: the change is being made. */
  async whenArmed({ host }: Layout): Promise<void> {
    await this.lab.read(host, 'until ls /run/kvmplay/token.appl* >/dev/null 2>&1; do sleep 0.05; done');
  }

  /** Resolves when no transaction is under way on the host any more. */
  async whenEnded({ host }: Layout): Promise<void> {
    await this.lab.run(host, `while ${isBusy}; do sleep 0.2; done`, { timeout: 120_000 });
  }
}

/** `changed`, or `failed CODE message`. */
export function outcomesOf(runs: Both<LabRun>): Both<string> {
  return { L1: outcomeOf(runs.L1), L3: outcomeOf(runs.L3) };
}

export function outcomeOf({ summary }: LabRun): string {
  const [host] = summary.hosts;
  const { error } = host ?? {};
  // What a rollback did not bring back is worth reading when a test fails.
  const details = error?.code === 'KVMPLAY_ROLLBACK_FAILED' ? error.details : [];
  return [host?.outcome, error?.code, error?.message, ...(details ?? [])]
    .filter((word) => word !== undefined)
    .join(' ');
}

/** Whether two looks at a host saw the same, but for the times of files. */
export function isLike(one: Whole, other: Whole): boolean {
  return (
    one.leftovers === '' &&
    withoutTimes(one.files) === withoutTimes(other.files) &&
    compareStates(other.state, one.state).length === 0
  );
}

/** Contents, modes and owners. */
export function withoutTimes(files: string): string {
  return files.replaceAll(/ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*$/gm, '');
}

async function runLayout(
  lab: Lab,
  layout: Layout,
  tasks: Layout['change'],
  options: LabRunOptions,
): Promise<LabRun> {
  return await runOnLab(lab, [playOf(layout, tasks)], { overEno3: layout.overEno3, ...options });
}

const read = `cd /etc && set -- $(find sysconfig modprobe.d modules-load.d -type f 2>/dev/null | sort)
stat -c '%n %a %U %y' "$@"; tail -n +1 "$@"`;

async function readFiles(lab: Lab, host: string): Promise<string> {
  return await lab.read(host, read);
}

export async function readWhole(lab: Lab, layout: Layout): Promise<Whole> {
  const states: NetworkState[] = [];
  const look = playOf(layout, async (host) => states.push(await readState(host)));
  await runOnLab(lab, [look], { overEno3: layout.overEno3 });
  const [state] = states;
  return {
    state: state && { ...state, links: links.comparable?.(state.links as Links) },
    files: await readFiles(lab, layout.host),
    leftovers: await lab.read(
      layout.host,
      'ls /run/kvmplay/ 2>/dev/null | grep token | grep -v free; ls /var/lib/kvmplay/*/unfinished /var/lib/kvmplay/*/restoring 2>/dev/null; true',
    ),
  };
}

const saved = '/var/lib/fault-base';

/** Builds the base of a layout, once in the life of a lab, and boots into it. */
async function settle(lab: Lab, layout: Layout): Promise<void> {
  const isThere = (await lab.run(layout.host, `test -d ${saved}`)).code === 0;
  if (!isThere) {
    const result = await runOnLab(lab, [playOf(layout, layout.base)], { confirmTimeout: 60 });
    expect(outcomeOf(result)).toBe('changed');
    await lab.read(layout.host, `mkdir ${saved} && cp -a /etc/sysconfig /etc/modprobe.d ${saved}/ && sync`);
  }
  await restore(lab, layout);
}

/** Gives a host its first files back and boots it, which forgets what the kernel had. */
async function restore(lab: Lab, layout: Layout): Promise<void> {
  const { host, guest } = layout;
  if (lab.status().some(({ name, isUp }) => name === host && !isUp)) await lab.boot(host);
  await lab.heal(host, layout.nic);
  await lab.read(
    host,
    `rm -rf /etc/sysconfig /etc/modprobe.d /var/lib/kvmplay /usr/local/bin/mv; cp -a ${saved}/. /etc/ && sync`,
  );
  await lab.reboot(host, { hard: true });
  await lab.addGuest(host, guest.name, { bridge: guest.bridge, address: `${guest.address}/24` });
  // The first frames after a boot teach switch and bridges their way.
  await sleep(200);
}
