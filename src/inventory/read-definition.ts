import { InventoryError, isKvmplayError } from '../errors.ts';
import { deepFreeze } from './deep-freeze.ts';
import { isInventoryModule, type InventoryModule } from './define-inventory.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { readGroups } from './read-groups.ts';

/** Imports a file and returns what it exports. */
export type ModuleLoader = (file: string) => Promise<object>;

/** Reads an inventory that a file of TypeScript or JavaScript exports. Throws InventoryError. */
export async function readModuleInventory(
  file: string,
  builder: InventoryBuilder,
  loadModule: ModuleLoader,
): Promise<void> {
  const exported = await loadModule(file);
  const module: unknown = 'default' in exported ? exported.default : undefined;
  if (!isInventoryModule(module)) {
    throw new InventoryError(
      'the default export is no inventory; it should be one made by inventory(async () => ({ ... }))',
      { file },
    );
  }
  await readDefinition(module, file, builder);
}

/** Reads what an inventory in TypeScript defines; `file` is for messages. */
export async function readDefinition(
  module: InventoryModule,
  file: string,
  builder: InventoryBuilder,
): Promise<void> {
  // A copy, so that what is read later does not change under the reader, and nobody's object is frozen.
  const value = deepFreeze(copy(await define(module, file)));
  readGroups({ value, placeOf: () => ({ file }) }, builder);
}

async function define(module: InventoryModule, file: string): Promise<unknown> {
  try {
    return await module.define();
  } catch (error) {
    if (isKvmplayError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InventoryError(`the inventory cannot be made: ${reason}`, { file }, { cause: error });
  }
}

/** Plain data only: what else a value is, JSON could not show. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
