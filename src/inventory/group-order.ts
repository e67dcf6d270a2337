import { InventoryError } from '../errors.ts';
import type { SourcePlace } from '../model/inventory.ts';
import type { GroupDraft } from './merge-inventory.ts';

/** The relations between groups. */
export interface GroupOrder {
  /** Each group and all groups above it. */
  readonly ancestry: ReadonlyMap<string, ReadonlySet<string>>;
  /** The position of each group in the order in which variables are merged. */
  readonly rank: ReadonlyMap<string, number>;
}

/**
 * Ansible's order: what is farther from `all` wins, then the higher priority, then the later name. Throws InventoryError for a
 * group that contains itself.
 */
export function orderGroups(groups: ReadonlyMap<string, GroupDraft>): GroupOrder {
  const parents = parentsOf(groups);
  const ancestry = new Map<string, Set<string>>();
  const depth = new Map<string, number>();
  for (const name of inheritanceOrder(groups)) {
    const above = parents.get(name) ?? [];
    ancestry.set(name, new Set([name, ...above.flatMap((parent) => [...(ancestry.get(parent) ?? [])])]));
    depth.set(
      name,
      above.reduce((deepest, parent) => Math.max(deepest, (depth.get(parent) ?? 0) + 1), 0),
    );
  }
  const sorted = [...groups.values()].sort(
    (a, b) =>
      (depth.get(a.name) ?? 0) - (depth.get(b.name) ?? 0) ||
      a.priority - b.priority ||
      (a.name < b.name ? -1 : 1),
  );
  return { ancestry, rank: new Map(sorted.map(({ name }, index) => [name, index])) };
}

function parentsOf(groups: ReadonlyMap<string, GroupDraft>): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, string[]>();
  for (const { name, children } of groups.values()) {
    for (const child of children.keys()) {
      const known = parents.get(child) ?? [];
      known.push(name);
      parents.set(child, known);
    }
  }
  return parents;
}

interface Visit {
  readonly name: string;
  readonly children: IterableIterator<[string, SourcePlace | undefined]>;
}

/** Every group after all of its parents. Without recursion: a file may nest deeper than the stack of JavaScript. */
function inheritanceOrder(groups: ReadonlyMap<string, GroupDraft>): readonly string[] {
  const finished = new Set<string>();
  const entered = new Set<string>();
  const path: Visit[] = [];
  for (const start of groups.keys()) {
    enter(start);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const next = visit.children.next();
      if (next.done !== true) {
        enter(...next.value);
      } else {
        finished.add(visit.name);
        path.pop();
      }
    }
  }
  return [...finished].reverse();

  function enter(name: string, place?: SourcePlace): void {
    if (finished.has(name)) return;
    if (entered.has(name)) throw containsItself(name, path, place);
    entered.add(name);
    path.push({ name, children: (groups.get(name)?.children ?? new Map()).entries() });
  }
}

function containsItself(name: string, path: readonly Visit[], place?: SourcePlace): InventoryError {
  const names = path.map((visit) => visit.name);
  const cycle = [...names.slice(names.indexOf(name)), name].join(' > ');
  return new InventoryError(`group ${name} contains itself: ${cycle}`, place);
}
