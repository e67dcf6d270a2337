import type { InventoryHost } from '../../model/inventory.ts';
import type { Apart } from './rollout.ts';

/** What only so many hosts may occupy at once: a rack, a pair. */
export interface Seat {
  readonly key: string;
  /** `rack r1`, `group pair-7` */
  readonly name: string;
  readonly atMost: number;
  /** A lost host never leaves it. */
  readonly countLost: boolean;
}

/** What a host occupies while it is under way. */
export function seatsOf({ vars, groups }: InventoryHost, apart: readonly Apart[]): readonly Seat[] {
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
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 'u');
  return groups.filter((group) => expression.test(group)).map((group) => `group ${group}`);
}

/** Who occupies what at the moment. */
export class Seating {
  readonly #seats: ReadonlyMap<string, readonly Seat[]>;
  readonly #taken = new Map<string, number>();

  constructor(seats: ReadonlyMap<string, readonly Seat[]>) {
    this.#seats = seats;
  }

  /** The first seat that a host would need and that is full. */
  fullSeat(host: string): Seat | undefined {
    return this.#of(host).find(({ key, atMost }) => (this.#taken.get(key) ?? 0) >= atMost);
  }

  take(host: string): void {
    for (const { key } of this.#of(host)) this.#add(key, 1);
  }

  leave(host: string, { isLost }: { readonly isLost: boolean }): void {
    for (const { key, countLost } of this.#of(host)) if (!(isLost && countLost)) this.#add(key, -1);
  }

  #of(host: string): readonly Seat[] {
    return this.#seats.get(host) ?? [];
  }

  #add(key: string, number: 1 | -1): void {
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + number);
  }
}
