import { InventoryError, isKvmplayError } from '../errors.ts';
import { deepFreeze } from './deep-freeze.ts';
import { isInventoryModule, type InventoryModule } from './define-inventory.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { readGroups } from './read-groups.ts';
import type { ScriptLimits } from './run-script.ts';

/** Imports a file and returns what it exports. */
export type ModuleLoader = (file: string) => Promise<object>;

export interface DefinitionReader {
  readonly builder: InventoryBuilder;
  readonly limits: ScriptLimits;
}

/** Reads an inventory that a file of TypeScript or JavaScript exports. Throws InventoryError. */
export async function readModuleInventory(
  file: string,
  loadModule: ModuleLoader,
  reader: DefinitionReader,
): Promise<void> {
  const exported = await loadModule(file);
  const module: unknown = 'default' in exported ? exported.default : undefined;
  if (!isInventoryModule(module)) {
    throw new InventoryError(
      'the default export is no inventory; it should be one made by inventory(async () => ({ ... }))',
      { file },
    );
  }
  await readDefinition(module, file, reader);
}

/** Reads what an inventory in TypeScript defines; `file` is for messages. */
export async function readDefinition(
  module: InventoryModule,
  file: string,
  { builder, limits }: DefinitionReader,
): Promise<void> {
  // A copy: later changes of the object must not reach the reader, and the object of the caller must not be frozen.
  const value = deepFreeze(copy(await define(module, file, limits)));
  readGroups({ value, placeOf: () => ({ file }) }, builder);
}

async function define(module: InventoryModule, file: string, limits: ScriptLimits): Promise<unknown> {
  const ended = new AbortController();
  try {
    return await Promise.race([module.define(), tooLate(limits, ended.signal)]);
  } catch (error) {
    if (isKvmplayError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InventoryError(`the inventory cannot be made: ${reason}`, { file }, { cause: error });
  } finally {
    ended.abort();
  }
}

/** Rejects when the time is over: a service that the inventory asks may never answer. */
function tooLate({ seconds, signal }: ScriptLimits, ended: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it gave no answer in ${seconds} seconds`)),
      seconds * 1000,
    );
    ended.addEventListener('abort', () => clearTimeout(timer));
    signal?.addEventListener('abort', () => reject(new Error('it was interrupted')), { signal: ended });
  });
}

/** Accepts plain data only, as JSON can show it. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
