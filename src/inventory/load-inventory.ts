import { readFile } from 'node:fs/promises';
import { InventoryError } from '../errors.ts';
import type { Inventory } from '../model/inventory.ts';
import { createInventoryBuilder } from './inventory-builder.ts';
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
    readYamlInventory(await readSource(source), source, builder);
  }
  const inventory = builder.build();
  if (inventory.hosts.length === 0) {
    throw new InventoryError(`inventory ${sources.join(', ')} has no hosts`);
  }
  return inventory;
}

async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InventoryError(`inventory ${file} ${explain(error)}`, undefined, { cause: error });
  }
}

function explain(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EISDIR':
      return 'is a directory, and kvmplay reads only files yet';
    case 'EACCES':
      return 'cannot be read: permission denied';
    default:
      return `cannot be read: ${String(error)}`;
  }
}
