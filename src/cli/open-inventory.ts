import { loadInventory } from '../inventory/index.ts';
import type { Inventory } from '../model/inventory.ts';
import type { OptionValues } from './command-line.ts';
import type { CliIo } from './io.ts';
import type { inventoryOptions } from './shared-options.ts';

export type InventoryOptionValues = OptionValues<typeof inventoryOptions>;

/** The inventory that the options name. */
export async function openInventory({ inventory }: InventoryOptionValues, _io: CliIo): Promise<Inventory> {
  return loadInventory(inventory);
}
