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
  /** All groups, direct and inherited, without `all`; in the order they were met. */
  readonly groups: readonly string[];
  /** Variables merged from groups and host, as Ansible merges them. Templates and vault values are evaluated as they are read. */
  readonly vars: HostVars;
  /** The same as the sources say them; absent when there is nothing to evaluate. */
  readonly rawVars?: HostVars;
  /** Those of `rawVars` that were said of the host itself, and not of a group; of hosts that were read from sources. */
  readonly ownVars?: HostVars;
  /** Where each of `vars` was given the value it has; of hosts that were read from sources. */
  readonly varPlaces?: ReadonlyMap<string, SourcePlace>;
  /** Where the host was first met: `file` is Ansible's `inventory_file`. */
  readonly place: SourcePlace;
}

export interface Inventory {
  /** In the order of the files. */
  readonly hosts: readonly InventoryHost[];
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  /** What came out of vaults, and passwords: `run` shows none of it. */
  readonly secrets?: Secrets;
  /** Files that were encrypted as a whole: the variables in them are not listed. */
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
  /** Variables said of the group itself, in sources and in group_vars/; as they say them. */
  readonly vars: HostVars;
  /** Where each of `vars` was given the value it has. */
  readonly varPlaces?: ReadonlyMap<string, SourcePlace>;
}
