import { InventoryError } from '../errors.ts';
import type { Inventory } from '../model/inventory.ts';
import { nearestName } from '../model/nearest-name.ts';
import { globMatcher } from './glob.ts';
import { matchExpression } from './name-expression.ts';

/** Finds hosts by names of groups and hosts. */
export interface HostLookup {
  isHost(name: string): boolean;
  /**
   * Hosts of the groups and hosts that a name, a glob or `~expression` means, in the order in which slices count. As for
   * Ansible, one that is met by several ways is there, and counts, as often. Throws
   * InventoryError for a name that is neither; a glob or an expression may match nothing.
   */
  find(name: string): readonly string[];
}

export function createHostLookup(inventory: Inventory): HostLookup {
  const hosts = inventory.hosts.map(({ name }) => name);
  const hostSet = new Set(hosts);
  const groups = [...inventory.groups.keys()];

  return {
    isHost: (name) => hostSet.has(name),
    find(name) {
      const matchedGroups = match(name, groups, (group) => inventory.groups.has(group));
      const members = matchedGroups.flatMap((group) => membersOf(group, inventory));
      // A pattern that is the name of a group does not match hosts.
      if (matchedGroups.length > 0 && !/^~|[.?*[]/.test(name)) return members;
      const found = match(name, hosts, (host) => hostSet.has(host));
      if (matchedGroups.length === 0 && found.length === 0 && isPlain(name))
        throw unknownName(name, [...groups, ...hosts]);
      return [...members, ...found];
    },
  };
}

function isPlain(name: string): boolean {
  return !/^~|[*?[]/.test(name);
}

function match(pattern: string, names: readonly string[], has: (name: string) => boolean): readonly string[] {
  if (pattern.startsWith('~')) return matchExpression(pattern.slice(1), names);
  if (isPlain(pattern)) return has(pattern) ? [pattern] : [];
  return names.filter(globMatcher(pattern));
}

/** A group's own hosts, then those of its children, then those of theirs. */
function membersOf(group: string, { groups }: Inventory): readonly string[] {
  const descent = new Set([group]);
  const members = new Set<string>();
  // A Set also yields members that are added while it is walked.
  for (const name of descent) {
    groups.get(name)?.hosts.forEach((host) => members.add(host));
    groups.get(name)?.children.forEach((child) => descent.add(child));
  }
  return [...members];
}

function unknownName(name: string, names: readonly string[]): InventoryError {
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return new InventoryError(
    `${JSON.stringify(name).slice(1, -1)} is neither a group nor a host of the inventory${hint}`,
  );
}
