import { PlaybookError } from '../../errors.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import { checkRollout } from './check-rollout.ts';
import { apartGroupsOf, type ApartGroup } from './apart-groups.ts';

/** A number of hosts, or a share of the play's hosts: `5`, `'10%'`. */
export type HostShare = number | `${number}%`;

/**
 * How a play goes over its hosts: a few first, then more and more, and an end when too many fail.
 *
 * In check mode nothing changes, so all hosts are planned at once and failures stop nobody.
 *
 * @example
 * play({
 *   name: 'bond6',
 *   hosts: 'kvm',
 *   rollout: { canary: 1, soak: 60, waves: ['10%', '50%', '100%'], window: 20, maxFailures: '5%', apart: [{ variable: 'rack' }] },
 *   run,
 * });
 */
export interface Rollout {
  /**
   * Hosts that go first, one after the other, in inventory order; a share is rounded up. When one of them fails or is
   * unreachable no further host starts. Default: none.
   */
  readonly canary?: HostShare;
  /**
   * How many of the play's hosts are done when each wave ends, canaries included: rising, the last one `'100%'`. A
   * share is rounded up; a wave that adds no host is left out. Default: one wave.
   */
  readonly waves?: readonly HostShare[];
  /** Hosts under way at once: as one ends, the next of its wave starts. Default: as many as `forks`, which bounds it too. */
  readonly window?: number;
  /**
   * How many of the play's hosts may fail; with one more no further host starts, in this play or a later one. Unreachable
   * hosts count, and so do those that an earlier play lost. A share is rounded down. Default 0; `'100%'` never stops.
   */
  readonly maxFailures?: HostShare;
  /** Seconds between the canaries and the first wave, and between waves; not after one that changed nothing. Default 0. */
  readonly soak?: number;
  /** Hosts that must not be under way at once. */
  readonly apart?: readonly Apart[];
  /**
   * `stop` leaves done what is done. `rollback-wave` also undoes, on each host of the wave under way, what this play
   * changed there. Default `stop`.
   */
  readonly onFailure?: 'stop' | 'rollback-wave';
}

/** Hosts that must not be under way at once: those with the same value of a variable, or those of one group. */
export type Apart = ApartByVariable | ApartByGroup;

export interface ApartByVariable extends ApartLimit {
  /** Name of a host variable, such as `rack`; a host that does not have it is not restrained. */
  readonly variable: string;
}

export interface ApartByGroup extends ApartLimit {
  /** Name of a group, or with `*` of several, each by itself: `pair-*`. */
  readonly group: string;
}

export interface ApartLimit {
  /** Hosts that may be under way at once. Default 1. */
  readonly atMost?: number;
  /**
   * A host that came out unreachable, or whose rollback failed, counts as under way to the end of the run, so that the
   * others may not start any more. For pairs of which one must stay up. Default false.
   */
  readonly countLost?: boolean;
}

/** A rollout worked out for the hosts of a play. */
export interface RolloutSchedule {
  readonly waves: readonly Wave[];
  /** Hosts under way at once. */
  readonly window: number;
  /** Failures with which the play goes on. */
  readonly allowed: number;
  /** Milliseconds. */
  readonly soak: number;
  readonly undoesWave: boolean;
  /** Whether waves are told as events. */
  readonly isAnnounced: boolean;
  /** What each host occupies while it is under way. */
  readonly apartGroups: ReadonlyMap<string, readonly ApartGroup[]>;
}

export interface Wave {
  /** `canary`, or `wave 2 of 3`. */
  readonly name: string;
  readonly isCanary: boolean;
  readonly hosts: readonly InventoryHost[];
}

export interface ScheduleOptions {
  readonly play: string;
  readonly forks: number;
  /** Hosts that an earlier play lost: they take part in shares, but not in waves. */
  readonly lost?: ReadonlySet<string>;
  /** Every host there is, to tell a misspelt variable or group from one that these hosts lack. */
  readonly inventory?: readonly InventoryHost[];
}

/**
 * Works out which hosts go when. Pure. Throws PlaybookError for a rollout that makes no sense.
 */
export function scheduleRollout(
  rollout: Rollout,
  hosts: readonly InventoryHost[],
  options: ScheduleOptions,
): RolloutSchedule {
  const { play, forks, lost, inventory = [] } = options;
  const problem = checkRollout(rollout) ?? findStranger(rollout.apart ?? [], [...inventory, ...hosts]);
  if (problem !== undefined) throw new PlaybookError(`play "${play}": ${problem}`);

  const { window = forks, maxFailures = 0, soak = 0, apart = [], onFailure = 'stop' } = rollout;
  return {
    waves: cutWaves(rollout, hosts, lost ?? new Set()),
    window: Math.min(window, forks),
    allowed: Math.floor(toHosts(maxFailures, hosts.length)),
    soak: soak * 1000,
    undoesWave: onFailure === 'rollback-wave',
    isAnnounced: true,
    apartGroups: new Map(hosts.map((host) => [host.name, apartGroupsOf(host, apart)])),
  };
}

/** A play's rollout with fields of `run` in their place; checked when it is scheduled. */
export function overrideRollout(rollout: Rollout | undefined, overrides: Rollout | undefined): Rollout {
  if (rollout !== undefined && overrides === undefined) return rollout;
  const given = Object.entries(overrides ?? {}).filter(([, value]) => value !== undefined);
  return { ...rollout, ...Object.fromEntries(given) };
}

/** All hosts in one go, whatever fails: what a play without a rollout does. */
export function scheduleAtOnce(hosts: readonly InventoryHost[], forks: number): RolloutSchedule {
  return {
    waves: [{ name: 'wave 1 of 1', isCanary: false, hosts }],
    window: forks,
    allowed: Infinity,
    soak: 0,
    undoesWave: false,
    isAnnounced: false,
    apartGroups: new Map(),
  };
}

function cutWaves(
  { canary = 0, waves = ['100%'] }: Rollout,
  hosts: readonly InventoryHost[],
  lost: ReadonlySet<string>,
): readonly Wave[] {
  const there = hosts.filter(({ name }) => !lost.has(name));
  const canaries = Math.ceil(toHosts(canary, hosts.length));
  const parts: InventoryHost[][] = [];
  let from = canaries;
  for (const share of waves) {
    const to = Math.max(from, Math.ceil(toHosts(share, hosts.length)));
    const part = there.slice(from, to);
    if (part.length > 0) parts.push(part);
    from = to;
  }
  const first = there.slice(0, canaries);
  return [
    ...(first.length === 0 ? [] : [{ name: 'canary', isCanary: true, hosts: first }]),
    ...parts.map((part, index) => ({
      name: `wave ${String(index + 1)} of ${String(parts.length)}`,
      isCanary: false,
      hosts: part,
    })),
  ];
}

/** Not yet rounded to whole hosts, but freed of the error of binary fractions: 1.1 % of 3000 is 33. */
function toHosts(share: HostShare, hosts: number): number {
  if (typeof share === 'number') return share;
  return Math.round((Number.parseFloat(share) / 100) * hosts * 1e6) / 1e6;
}

/** A misspelt variable or group would keep nobody apart. */
function findStranger(apart: readonly Apart[], inventory: readonly InventoryHost[]): string | undefined {
  const index = apart.findIndex(
    (rule) => inventory.length > 0 && inventory.every((host) => apartGroupsOf(host, [rule]).length === 0),
  );
  const rule = apart[index];
  if (rule === undefined) return undefined;
  const place = `rollout.apart[${String(index)}]`;
  return 'variable' in rule
    ? `${place}.variable is ${rule.variable}, which no host has`
    : `${place}.group is ${rule.group}, which no host is in`;
}
