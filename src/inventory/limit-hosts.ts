import { readFile } from 'node:fs/promises';
import { InventoryError } from '../errors.ts';
import { whyUnreadable } from '../model/file-finding.ts';
import type { Inventory, InventoryHost } from '../model/inventory.ts';
import { createHostLookup } from './host-lookup.ts';
import { selectByTerms, splitPattern } from './select-hosts.ts';

/**
 * The hosts that `--limit` leaves: those of a pattern, in which `@file` stands for the lines of a file. Throws InventoryError.
 */
export async function limitHosts(inventory: Inventory, limit: string): Promise<readonly InventoryHost[]> {
  const lookup = createHostLookup(inventory);
  const parts: string[] = [];
  for (const part of splitPattern(limit, lookup)) {
    parts.push(...(part.startsWith('@') ? await readLimitFile(part.slice(1)) : [part]));
  }
  return selectByTerms(inventory, parts, { pattern: limit, lookup });
}

/** One host, group or pattern a line. Empty lines and lines that begin with # are ignored. */
async function readLimitFile(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InventoryError(`limit file ${file} ${whyUnreadable(error)}`, undefined, { cause: error });
  });
  const lines = text.split('\n').map((line) => line.trim());
  const names = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (names.length === 0)
    throw new InventoryError(`limit file ${file} is empty and should name groups or hosts`);
  return names;
}
