import { starPattern } from '../../model/escape-pattern.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import type { Apart } from './rollout.ts';

/** Hosts that must not all be in progress at once, such as the hosts of a rack, or a pair. */
export interface ApartGroup {
  readonly key: string;
  /** `rack r1`, `group pair-7` */
  readonly name: string;
  readonly atMost: number;
  /** A lost host counts as in progress for the rest of the play. */
  readonly countLost: boolean;
}

/** Returns the apart-groups of a host. */
export function apartGroupsOf(
  { vars, groups }: InventoryHost,
  apart: readonly Apart[],
): readonly ApartGroup[] {
  return apart.flatMap((rule, index) => {
    const { atMost = 1, countLost = false } = rule;
    const names = 'variable' in rule ? valueNames(rule.variable, vars) : groupNames(rule.group, groups);
    return names.map((name) => ({ key: `${String(index)} ${name}`, name, atMost, countLost }));
  });
}

/** `1` and `'1'` are the same rack. */
function valueNames(variable: string, vars: InventoryHost['vars']): readonly string[] {
  const value = vars[variable];
  if (value === undefined || value === null || value === '') return [];
  return [`${variable} ${typeof value === 'string' ? value : JSON.stringify(value)}`];
}

function groupNames(pattern: string, groups: readonly string[]): readonly string[] {
  const expression = new RegExp(starPattern(pattern), 'u');
  return groups.filter((group) => expression.test(group)).map((group) => `group ${group}`);
}

/** Counts the hosts in progress per apart-group. */
export class ApartOccupancy {
  readonly #apartGroups: ReadonlyMap<string, readonly ApartGroup[]>;
  readonly #taken = new Map<string, number>();

  constructor(apartGroups: ReadonlyMap<string, readonly ApartGroup[]>) {
    this.#apartGroups = apartGroups;
  }

  /** Returns the first apart-group of a host that has no room for a further host. */
  fullGroup(host: string): ApartGroup | undefined {
    return this.#of(host).find(({ key, atMost }) => (this.#taken.get(key) ?? 0) >= atMost);
  }

  take(host: string): void {
    for (const { key } of this.#of(host)) this.#add(key, 1);
  }

  leave(host: string, { isLost }: { readonly isLost: boolean }): void {
    for (const { key, countLost } of this.#of(host)) if (!(isLost && countLost)) this.#add(key, -1);
  }

  #of(host: string): readonly ApartGroup[] {
    return this.#apartGroups.get(host) ?? [];
  }

  #add(key: string, number: 1 | -1): void {
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + number);
  }
}
