import { readFile } from 'node:fs/promises';
import { InventoryError } from '../errors.ts';
import { isVault, type VaultKeyring } from './vault.ts';

/** The text of a file of an inventory, decrypted when it is a vault. Throws InventoryError. */
export async function readSourceFile(file: string, vault: VaultKeyring): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InventoryError(`inventory ${file} ${explain(error)}`, undefined, { cause: error });
  });
  if (!isVault(text)) return text;
  const content = await vault.openFile(file, text);
  if ('text' in content) return content.text;
  throw new InventoryError(`the file ${content.problem}`, { file, line: 1 });
}

function explain(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EISDIR':
      return 'is a folder and should be a file';
    case 'EACCES':
      return 'cannot be read: permission denied';
    default:
      return `cannot be read: ${String(error)}`;
  }
}
