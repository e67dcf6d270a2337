import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadInventory } from '../../src/inventory/index.ts';
import type { Inventory } from '../../src/model/inventory.ts';

/** An inventory that Ansible and kvmplay read, a folder each. */
export interface InventoryCase {
  readonly name: string;
  readonly folder: string;
  /** What `-i` names, relative to the folder; by default all files in it. */
  readonly sources: readonly string[];
  /** Default: the folder itself, where Ansible is called. */
  readonly playbookFolder?: string;
  readonly vaultPasswordFile?: string;
  /** Patterns to try besides those that are made of the groups. */
  readonly patterns?: readonly string[];
  /** What `--limit` is tried with. */
  readonly limits?: readonly string[];
}

const root = join(import.meta.dirname, 'inventories');

export const inventoryCases: readonly InventoryCase[] = readdirSync(root).map((name) => {
  const folder = join(root, name);
  const file = join(folder, 'case.json');
  const told = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<InventoryCase>) : {};
  const files = readdirSync(folder).filter(
    (entry) => entry !== 'case.json' && statSync(join(folder, entry)).isFile(),
  );
  return { sources: files, ...told, name, folder };
});

/** The options of Ansible's programs for a case. */
export function ansibleOptions({
  sources,
  playbookFolder,
  vaultPasswordFile,
}: InventoryCase): readonly string[] {
  return [
    ...sources.flatMap((source) => ['-i', source]),
    ...(playbookFolder === undefined ? [] : ['--playbook-dir', playbookFolder]),
    ...(vaultPasswordFile === undefined ? [] : ['--vault-password-file', vaultPasswordFile]),
  ];
}

export function loadCase({
  folder,
  sources,
  playbookFolder,
  vaultPasswordFile,
}: InventoryCase): Promise<Inventory> {
  const isList = (source: string): boolean => source.includes(',');
  return loadInventory(
    sources.map((source) => (isList(source) ? source : join(folder, source))),
    {
      playbookFolders: [join(folder, playbookFolder ?? '.')],
      vault:
        vaultPasswordFile === undefined
          ? []
          : [{ password: readFileSync(join(folder, vaultPasswordFile), 'utf8').trim() }],
    },
  );
}
