import { InventoryError } from '../errors.ts';
import type { Inventory, InventoryHost, SourcePlace } from '../model/inventory.ts';
import { type PlacedValue, unplaceVars } from './placed-vars.ts';

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

/** Makes the inventory of what was collected, in Ansible's order of precedence. Completes the drafts on the way. */
export function mergeInventory(groups: Groups, hosts: Hosts): Inventory {
  refuseSharedNames(groups, hosts);
  adoptOrphans(groups);
  adoptUngrouped(groups, hosts);
  const order = orderGroups(groups);
  return {
    hosts: [...hosts.values()].map((host) => mergeHost(host, groups, order)),
    groups: new Map(
      [...groups.values()].map(({ name, hosts, children, vars }) => [
        name,
        { name, hosts: [...hosts], children: [...children.keys()], ...unplaceVars(vars) },
      ]),
    ),
  };
}

function refuseSharedNames(groups: Groups, hosts: Hosts): void {
  for (const { name, place } of hosts.values()) {
    if (groups.has(name)) {
      throw new InventoryError(
        `${name} is the name of a host here and also of a group: a pattern could mean either`,
        place,
      );
    }
  }
}

/** A group that is nobody's child is a child of `all`. */
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

/** The groups above and including each, and where each stands in the order in which variables are merged. */
interface GroupOrder {
  readonly ancestry: ReadonlyMap<string, ReadonlySet<string>>;
  readonly rank: ReadonlyMap<string, number>;
}

/** Ansible's order: what is farther from `all` wins, then the higher priority, then the later name. */
function orderGroups(groups: Groups): GroupOrder {
  const ancestry = new Map<string, Set<string>>();
  const depth = new Map<string, number>();
  for (const name of inheritanceOrder(groups)) {
    const above = [...groups.values()].filter((group) => group.children.has(name));
    ancestry.set(name, new Set([name, ...above.flatMap((group) => [...(ancestry.get(group.name) ?? [])])]));
    depth.set(name, Math.max(-1, ...above.map((group) => depth.get(group.name) ?? 0)) + 1);
  }
  const sorted = [...groups.values()].sort(
    (a, b) =>
      (depth.get(a.name) ?? 0) - (depth.get(b.name) ?? 0) ||
      a.priority - b.priority ||
      (a.name < b.name ? -1 : 1),
  );
  return { ancestry, rank: new Map(sorted.map(({ name }, index) => [name, index])) };
}

/** Every group after all of its parents. Throws InventoryError for a group that contains itself. */
function inheritanceOrder(groups: Groups): readonly string[] {
  const finished = new Set<string>();
  for (const name of groups.keys()) {
    visit(name, []);
  }
  return [...finished].reverse();

  function visit(name: string, path: readonly string[], place?: SourcePlace): void {
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' > ');
      throw new InventoryError(`group ${name} contains itself: ${cycle}`, place);
    }
    if (finished.has(name)) {
      return;
    }
    for (const [child, childPlace] of groups.get(name)?.children ?? []) {
      visit(child, [...path, name], childPlace);
    }
    finished.add(name);
  }
}

function mergeHost(host: HostDraft, groups: Groups, { ancestry, rank }: GroupOrder): InventoryHost {
  const names = new Set(['all', ...[...host.groups].flatMap((name) => [...(ancestry.get(name) ?? [])])]);
  const byRank = [...names].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  const inherited = byRank.flatMap((name) => [...(groups.get(name)?.vars ?? [])]);
  return {
    name: host.name,
    groups: [...groups.keys()].filter((name) => name !== 'all' && names.has(name)),
    ...unplaceVars(new Map([...inherited, ...host.vars])),
    place: host.place,
  };
}
