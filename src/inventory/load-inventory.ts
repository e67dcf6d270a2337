import { InventoryError } from '../errors.ts';
import type { Inventory } from '../model/inventory.ts';
import { createInventoryBuilder } from './inventory-builder.ts';
import { readSourceFile } from './source-file.ts';
import { readYamlInventory } from './yaml-inventory.ts';

/**
 * Reads inventory files in Ansible's YAML shape and merges them: what a later file says about a variable wins.
 *
 * @throws InventoryError with file and line, when a file cannot be read, is not an inventory, or all of them name no host.
 * @example
 * const inventory = await loadInventory(['hosts.yml']);
 */
export async function loadInventory(sources: readonly string[]): Promise<Inventory> {
  const builder = createInventoryBuilder();
  for (const source of sources) {
    readYamlInventory(await readSourceFile(source), source, builder);
  }
  const inventory = builder.build();
  if (inventory.hosts.length === 0) {
    throw new InventoryError(`inventory ${sources.join(', ')} has no hosts`);
  }
  return inventory;
}
