import type { HostVars } from './host.ts';
import type { Secrets } from './secrets.ts';

/** A place in a file, for messages. */
export interface SourcePlace {
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
}

export interface InventoryHost {
  readonly name: string;
  /** All groups except `all`, direct and inherited, in order of appearance. */
  readonly groups: readonly string[];
  /** Variables merged from groups and host in Ansible's order. Templates and vault values are evaluated when read. */
  readonly vars: HostVars;
  /** Variables before evaluation. Absent if nothing needs evaluation. */
  readonly rawVars?: HostVars;
  /** The part of `rawVars` that was set on the host itself rather than on a group. Absent for hosts made in code. */
  readonly ownVars?: HostVars;
  /** The place that set each of `vars`. Absent for hosts made in code. */
  readonly varPlaces?: ReadonlyMap<string, SourcePlace>;
  /** First mention of the host; `file` is Ansible's `inventory_file`. */
  readonly place: SourcePlace;
}

export interface Inventory {
  /** In the order of the files. */
  readonly hosts: readonly InventoryHost[];
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  /** Passwords and values from vaults; `run` masks them in all output. */
  readonly secrets?: Secrets;
  /** Files encrypted as a whole. Their variables are not listed. */
  readonly vaultFiles?: ReadonlySet<string>;
}

export interface InventoryGroup {
  readonly name: string;
  /** Names of direct hosts. */
  readonly hosts: readonly string[];
  /** Names of direct child groups. */
  readonly children: readonly string[];
  /** `ansible_group_priority`; default 1. */
  readonly priority?: number;
  /** Variables set on the group itself, in sources and in group_vars/, before evaluation. */
  readonly vars: HostVars;
  /** The place that set each of `vars`. */
  readonly varPlaces?: ReadonlyMap<string, SourcePlace>;
}
