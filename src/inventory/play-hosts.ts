import type { Inventory, InventoryHost } from '../model/inventory.ts';
import { limitHosts } from './limit-hosts.ts';
import { selectHosts } from './select-hosts.ts';

export interface HostLimits {
  /** A further pattern: only hosts that are in the play's and in this one. In it `@FILE` stands for the lines of a file. */
  readonly limit?: string | undefined;
  /** Names: no other host is touched. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** The hosts of a play, in inventory order. Throws InventoryError for a pattern that names nothing. */
export async function playHosts(
  inventory: Inventory,
  { limit, only }: HostLimits,
): Promise<(play: { readonly hosts: string }) => readonly InventoryHost[]> {
  const limited =
    limit === undefined ? undefined : new Set((await limitHosts(inventory, limit)).map(({ name }) => name));
  return ({ hosts }) =>
    selectHosts(inventory, hosts).filter(
      ({ name }) => (limited?.has(name) ?? true) && (only?.has(name) ?? true),
    );
}
