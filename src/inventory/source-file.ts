import { readFile } from 'node:fs/promises';
import { InventoryError } from '../errors.ts';
import { whyUnreadable } from '../model/file-finding.ts';
import { isVault, type VaultKeyring } from './vault.ts';

/** The text of a file of an inventory, decrypted when it is a vault. Throws InventoryError. */
export async function readSourceFile(file: string, vault: VaultKeyring): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InventoryError(`inventory ${file} ${whyUnreadable(error)}`, undefined, { cause: error });
  });
  if (!isVault(text)) return text;
  const content = await vault.openFile(file, text);
  if ('text' in content) return content.text;
  throw new InventoryError(`the file ${content.problem}`, { file, line: 1 });
}
