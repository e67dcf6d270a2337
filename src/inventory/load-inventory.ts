import { InventoryError } from '../errors.ts';
import type { Inventory } from '../model/inventory.ts';
import { evaluateInventory } from './evaluate-inventory.ts';
import type { InventoryDefinition, InventoryModule } from './define-inventory.ts';
import { inventory } from './define-inventory.ts';
import { createInventoryBuilder } from './inventory-builder.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { type ModuleLoader, readDefinition } from './read-definition.ts';
import { iniFilesIn, readSource } from './read-source.ts';
import { readVarsFolder, type VarsFolder } from './vars-folder.ts';
import { VaultKeyring, type VaultPassword } from './vault.ts';

/** A file, a folder of files, a list of hosts with a comma in it (`kvm1,kvm2`), or a value of `inventory`. */
export type InventorySource = string | InventoryModule;

export interface LoadInventoryOptions {
  /** Passwords of Ansible Vault, in the order to try them. `run` hides decrypted texts in all its output. */
  readonly vault?: readonly VaultPassword[] | VaultKeyring;
  /** Folders of playbooks: their group_vars/ and host_vars/ win over those beside the sources. */
  readonly playbookFolders?: readonly string[];
  /** Imports a TypeScript inventory; default: as Node.js imports. */
  readonly loadModule?: ModuleLoader;
  /** Seconds that an executable inventory, or one in TypeScript, has for each answer; default 120. */
  readonly scriptSeconds?: number;
  /** Ends executable inventories and the wait for those in TypeScript. */
  readonly signal?: AbortSignal;
}

/**
 * Reads inventories as Ansible does and merges them: what a later source says about a variable wins. A source is a file (YAML,
 * INI, JSON, an executable, TypeScript), a folder of such files, a list of hosts, or what `inventory` made; with group_vars/ and
 * host_vars/ beside it.
 *
 * @throws InventoryError with file and line, when a source cannot be read, is not an inventory, or all of them name no host.
 * @example
 * const inventory = await loadInventory(['hosts.yml']);
 */
export async function loadInventory(
  sources: readonly InventorySource[],
  options: LoadInventoryOptions = {},
): Promise<Inventory> {
  const { vault = [] } = options;
  const keyring = vault instanceof VaultKeyring ? vault : new VaultKeyring(vault);
  const builder = createInventoryBuilder();
  const folders: string[] = [];
  for (const source of sources) {
    const folder = await readOne(source, { ...options, builder, keyring });
    if (folder !== undefined) folders.push(folder);
  }
  const read = readFolders(builder, keyring);
  const inventory = builder.build({
    besideSources: await read(folders),
    besidePlaybooks: await read(options.playbookFolders ?? []),
  });
  if (inventory.hosts.length === 0) {
    throw new InventoryError(`inventory ${sources.map(nameOf).join(', ')} has no hosts`, undefined, {
      details: await notesOnSources(sources),
    });
  }
  await unlockInventory(inventory, keyring);
  return evaluateInventory({ ...inventory, secrets: keyring.secrets, vaultFiles: keyring.files });
}

/** Opens the vault values of all hosts, and hides the values of encrypted files. */
async function unlockInventory({ hosts, groups }: Inventory, keyring: VaultKeyring): Promise<void> {
  const owners = [...hosts, ...groups.values()];
  await Promise.all(owners.map(({ vars }) => keyring.unlock(vars)));
  if (keyring.files.size === 0) return;
  for (const { vars, varPlaces } of owners) {
    for (const [name, place] of varPlaces ?? []) {
      if (keyring.files.has(place.file)) keyring.secrets.addAll(vars[name]);
    }
  }
}

/**
 * Makes an inventory of groups and hosts that a program knows, in the shape of Ansible's YAML.
 *
 * @throws InventoryError for a definition that makes no sense or names no host.
 * @example
 * const fleet = await buildInventory({ kvm: { hosts: { kvm1: { ansible_host: '192.0.2.1' } } } });
 */
export function buildInventory(definition: InventoryDefinition): Promise<Inventory> {
  return loadInventory([inventory(() => definition)]);
}

const inCode = 'inventory()';

/** In a folder Ansible skips the files that look most like an inventory. */
async function notesOnSources(sources: readonly InventorySource[]): Promise<readonly string[]> {
  const paths = sources.filter((source) => typeof source === 'string');
  const files = await Promise.all(paths.map((path) => iniFilesIn(path)));
  return files.flat().map((file) => `${file} is passed over in a folder, as by Ansible: -i ${file} reads it`);
}

function nameOf(source: InventorySource): string {
  return typeof source === 'string' ? source : inCode;
}

interface SourceOptions extends LoadInventoryOptions {
  readonly builder: InventoryBuilder;
  readonly keyring: VaultKeyring;
}

/** Returns the folder beside the source. */
async function readOne(
  source: InventorySource,
  { builder, keyring, loadModule, scriptSeconds = 120, signal }: SourceOptions,
): Promise<string | undefined> {
  const limits = { seconds: scriptSeconds, signal };
  if (typeof source === 'string') return readSource(source, { builder, keyring, loadModule, limits });
  await readDefinition(source, inCode, { builder, limits });
  return undefined;
}

/** Two sources may lie in one folder, which is read once. */
function readFolders(
  builder: InventoryBuilder,
  keyring: VaultKeyring,
): (folders: readonly string[]) => Promise<VarsFolder[]> {
  const names = { groups: [...builder.groupNames()], hosts: [...builder.hostNames()] };
  const known = new Map<string, Promise<VarsFolder>>();
  return (folders) =>
    Promise.all(
      folders.map((folder) => {
        const reading = known.get(folder) ?? readVarsFolder(folder, names, keyring);
        known.set(folder, reading);
        return reading;
      }),
    );
}
