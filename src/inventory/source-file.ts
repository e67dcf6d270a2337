import { readFile } from 'node:fs/promises';
import { InventoryError } from '../errors.ts';

/** The text of a file of an inventory. Throws InventoryError. */
export async function readSourceFile(file: string): Promise<string> {
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
