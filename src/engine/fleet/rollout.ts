import { PlaybookError } from '../../errors.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import { checkRollout } from './check-rollout.ts';
import { apartGroupsOf, type ApartGroup } from './apart-groups.ts';

/** A number of hosts, or a share of the play's hosts: `5`, `'10%'`. */
export type HostShare = number | `${number}%`;

/**
 * Order in which a play changes its hosts: a few first, then larger waves, and an early end if too many fail.
 *
 * Check mode changes nothing, so it plans all hosts at once and ignores failures.
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
   * Hosts that go first, one after the other, in inventory order; a share is rounded up. If one of them fails or is unreachable, no further host starts.
   * Default: none.
   */
  readonly canary?: HostShare;
  /**
   * Cumulative number of finished hosts at the end of each wave, canaries included: rising, the last one `'100%'`. A share is rounded up; a wave that adds
   * no host is left out. Default: one wave.
   */
  readonly waves?: readonly HostShare[];
  /** Number of hosts in progress at once. When one ends, the next of its wave starts. Default and upper limit: `forks`. */
  readonly window?: number;
  /**
   * Tolerated number of failed hosts of the play; one more, and no further host starts in this play or a later one. Unreachable hosts count, and so do hosts
   * that failed in an earlier play. A share is rounded down. Default: 0; `'100%'` never stops.
   */
  readonly maxFailures?: HostShare;
  /** Pause in seconds between the canaries and the first wave, and between waves. A wave without changes is not followed by a pause. Default: 0. */
  readonly soak?: number;
  /** Rules for hosts that must not be in progress at once. */
  readonly apart?: readonly Apart[];
  /** `stop`: finished hosts keep their changes. `rollback-wave`: this play's changes are also undone on each host of the present wave. Default: `stop`. */
  readonly onFailure?: 'stop' | 'rollback-wave';
}

/** A rule for hosts that must not be in progress at once: hosts with the same value of a variable, or hosts of one group. */
export type Apart = ApartByVariable | ApartByGroup;

export interface ApartByVariable extends ApartLimit {
  /** Name of a host variable, such as `rack`. A host without it is not restricted. */
  readonly variable: string;
}

export interface ApartByGroup extends ApartLimit {
  /** Name of a group, or a pattern with `*` for several groups, each by itself: `pair-*`. */
  readonly group: string;
}

export interface ApartLimit {
  /** Number of hosts that may be in progress at once. Default: 1. */
  readonly atMost?: number;
  /**
   * Whether a host that became unreachable, or whose rollback failed, counts as in progress until the end of the run and so blocks the others. Meant for
   * pairs of which one host must stay up. Default: false.
   */
  readonly countLost?: boolean;
}

/** A rollout computed for the hosts of a play. */
export interface RolloutSchedule {
  readonly waves: readonly Wave[];
  /** Number of hosts in progress at once. */
  readonly window: number;
  /** Number of failures that the play tolerates. */
  readonly allowed: number;
  /** Milliseconds. */
  readonly soak: number;
  readonly undoesWave: boolean;
  /** Whether waves are sent as events. */
  readonly isAnnounced: boolean;
  /** The apart-groups of each host, which it occupies while in progress. */
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
  /** Hosts that failed in an earlier play. They count in shares, but belong to no wave. */
  readonly lost?: ReadonlySet<string> | undefined;
  /** All hosts, to distinguish a misspelt variable or group from one that merely these hosts lack. */
  readonly inventory?: readonly InventoryHost[] | undefined;
}

/** Computes the waves of a rollout. Pure. Throws PlaybookError for a contradictory rollout. */
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

/** Replaces fields of a play's rollout by those of `run`. The result is checked when it is scheduled. */
export function overrideRollout(rollout: Rollout | undefined, overrides: Rollout | undefined): Rollout {
  if (rollout !== undefined && overrides === undefined) return rollout;
  const given = Object.entries(overrides ?? {}).filter(([, value]) => value !== undefined);
  return { ...rollout, ...Object.fromEntries(given) };
}

/** Schedules all hosts at once, regardless of failures, for a play without rollout. */
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

/** Not yet rounded to whole hosts, but corrected for binary fractions: 1.1 % of 3000 is 33. */
function toHosts(share: HostShare, hosts: number): number {
  if (typeof share === 'number') return share;
  return Math.round((Number.parseFloat(share) / 100) * hosts * 1e6) / 1e6;
}

/** A misspelt variable or group would have no effect. */
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
