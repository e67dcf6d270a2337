import { evaluateInventory, loadInventory, type VaultKeyring } from '../../inventory/index.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { OptionValues } from '../command-line/command-line.ts';
import { readExtraVars } from './extra-vars.ts';
import type { CliIo } from '../io.ts';
import { inFolder, resolvePath } from '../paths.ts';
import type { inventoryOptions } from '../command-line/shared-options.ts';
import { openVault, type VaultOptionValues } from './vault.ts';

export type InventoryOptionValues = OptionValues<typeof inventoryOptions>;

export interface OpenInventoryOptions {
  /** Default: the working folder, as for Ansible's programs without a playbook. */
  readonly playbookFolders?: readonly string[];
  /** Default: opened from the options. */
  readonly vault?: VaultKeyring;
  /** Sources of `--extra-vars`; they win over the variables of every host. */
  readonly extraVars?: readonly string[];
}

/** Reads the inventory that the options name, with group_vars/ and host_vars/ from the folders of playbooks. */
export async function openInventory(
  { inventory, ...options }: Pick<InventoryOptionValues, 'inventory'> & Partial<VaultOptionValues>,
  io: CliIo,
  { playbookFolders = ['.'], vault, extraVars = [] }: OpenInventoryOptions = {},
): Promise<Inventory> {
  const folders = playbookFolders.map((folder) => inFolder(resolvePath(folder, io.cwd), io.cwd));
  const keyring = vault ?? (await openVault(options, io));
  const found = await loadInventory(inventory, {
    playbookFolders: [...new Set(folders)],
    loadModule: async (file) => {
      const { importModule } = await import('../playbooks/load-playbook.ts');
      return importModule(resolvePath(file, io.cwd), io.cwd);
    },
    signal: io.signal,
    vault: keyring,
  });
  if (extraVars.length === 0) return found;
  return evaluateInventory(found, await readExtraVars(extraVars, { cwd: io.cwd, vault: keyring }));
}
