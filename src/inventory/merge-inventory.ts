import type { Inventory, InventoryGroup, InventoryHost, SourcePlace } from '../model/inventory.ts';
import { type GroupOrder, orderGroups } from './group-order.ts';
import { type PlacedValue, type PlacedVars, unplaceVars } from './placed-vars.ts';
import type { VarsFolders } from './vars-folder.ts';

/** A group as the sources gave it. */
export interface GroupDraft {
  readonly name: string;
  /** Direct hosts. */
  readonly hosts: Set<string>;
  /** Direct children, and where each was last said to be one. */
  readonly children: Map<string, SourcePlace | undefined>;
  readonly vars: Map<string, PlacedValue>;
  /** `ansible_group_priority` */
  priority: number;
}

/** A host as the sources gave it. */
export interface HostDraft {
  readonly name: string;
  /** Where it was first met. */
  readonly place: SourcePlace;
  /** Direct groups. */
  readonly groups: Set<string>;
  readonly vars: Map<string, PlacedValue>;
}

type Groups = ReadonlyMap<string, GroupDraft>;
type Hosts = ReadonlyMap<string, HostDraft>;

/** Makes the inventory from the drafts, in Ansible's order of precedence, and completes the drafts. */
export function mergeInventory(groups: Groups, hosts: Hosts, folders: VarsFolders): Inventory {
  adoptOrphans(groups);
  adoptUngrouped(groups, hosts);
  const merger = new VarsMerger(groups, orderGroups(groups), folders);
  return {
    hosts: [...hosts.values()].map((host) => merger.host(host)),
    groups: new Map([...groups.values()].map((group) => [group.name, merger.group(group)])),
  };
}

/** A group without a parent is a child of `all`. */
function adoptOrphans(groups: Groups): void {
  const adopted = new Set([...groups.values()].flatMap(({ children }) => [...children.keys()]));
  const all = groups.get('all');
  for (const name of groups.keys()) {
    if (name !== 'all' && !adopted.has(name)) {
      all?.children.set(name, undefined);
    }
  }
}

/** `ungrouped` has the hosts that are in no other group but `all`. */
function adoptUngrouped(groups: Groups, hosts: Hosts): void {
  const ungrouped = groups.get('ungrouped')?.hosts;
  for (const host of hosts.values()) {
    if ([...host.groups].some((name) => name !== 'all' && name !== 'ungrouped')) {
      host.groups.delete('ungrouped');
      ungrouped?.delete(host.name);
    } else {
      host.groups.add('ungrouped');
      ungrouped?.add(host.name);
    }
  }
}

interface Inheritance {
  /** In the order they were met. */
  readonly groups: readonly string[];
  readonly vars: PlacedVars;
}

/** Merges the variables of hosts. Hosts with the same groups share one merge of the groups' variables. */
class VarsMerger {
  readonly #groups: Groups;
  readonly #order: GroupOrder;
  readonly #folders: VarsFolders;
  readonly #inheritances = new Map<string, Inheritance>();

  constructor(groups: Groups, order: GroupOrder, folders: VarsFolders) {
    this.#groups = groups;
    this.#order = order;
    this.#folders = folders;
  }

  host(host: HostDraft): InventoryHost {
    const { groups, vars } = this.#inheritanceOf([...host.groups]);
    const own = this.#ownOf(host);
    return {
      name: host.name,
      groups,
      ...unplaceVars(new Map([...vars, ...own])),
      ownVars: unplaceVars(own).vars,
      place: host.place,
    };
  }

  group({ name, hosts, children, vars, priority }: GroupDraft): InventoryGroup {
    const said = [
      vars,
      ...this.#folderVars('besideSources', [name]),
      ...this.#folderVars('besidePlaybooks', [name]),
    ];
    return {
      name,
      hosts: [...hosts],
      children: [...children.keys()],
      priority,
      ...unplaceVars(merge(said)),
    };
  }

  #inheritanceOf(direct: readonly string[]): Inheritance {
    const key = JSON.stringify(direct);
    const known = this.#inheritances.get(key);
    if (known !== undefined) return known;
    const names = new Set(direct.flatMap((name) => [...(this.#order.ancestry.get(name) ?? [])]));
    names.delete('all');
    const groups = [...this.#groups.keys()].filter((name) => names.has(name));
    const inheritance = { groups, vars: this.#inheritedFrom(groups) };
    this.#inheritances.set(key, inheritance);
    return inheritance;
  }

  /** The last wins: first what stands in sources, then in group_vars/; in each first `all`, then the other groups. */
  #inheritedFrom(names: readonly string[]): PlacedVars {
    const { rank } = this.#order;
    const groups = [...names].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
    return merge([
      ...['all', ...groups].flatMap((name) => this.#groups.get(name)?.vars ?? []),
      ...this.#folderVars('besideSources', ['all']),
      ...this.#folderVars('besidePlaybooks', ['all']),
      ...this.#folderVars('besideSources', groups),
      ...this.#folderVars('besidePlaybooks', groups),
    ]);
  }

  #folderVars(where: keyof VarsFolders, groups: readonly string[]): readonly PlacedVars[] {
    return this.#folders[where].flatMap((folder) => groups.flatMap((name) => folder.groups.get(name) ?? []));
  }

  #ownOf({ name, vars }: HostDraft): PlacedVars {
    const { besideSources, besidePlaybooks } = this.#folders;
    return merge([
      vars,
      ...[...besideSources, ...besidePlaybooks].flatMap(({ hosts }) => hosts.get(name) ?? []),
    ]);
  }
}

function merge(layers: readonly PlacedVars[]): PlacedVars {
  return new Map(layers.flatMap((layer) => [...layer]));
}
