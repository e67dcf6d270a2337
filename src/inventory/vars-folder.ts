import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InventoryError } from '../errors.ts';
import { whyUnreadable } from '../model/file-finding.ts';
import type { HostVars } from '../model/host.ts';
import { type PlacedValue, type PlacedVars, placeVars } from './placed-vars.ts';
import { parseSourceDocument } from './source-document.ts';
import { readSourceFile } from './source-file.ts';
import type { VaultKeyring } from './vault.ts';

/** The variables of `group_vars/` and `host_vars/` in one folder, by name of group and host. */
export interface VarsFolder {
  readonly groups: ReadonlyMap<string, PlacedVars>;
  readonly hosts: ReadonlyMap<string, PlacedVars>;
}

/** A later folder wins over an earlier one. */
export interface VarsFolders {
  readonly besideSources: readonly VarsFolder[];
  readonly besidePlaybooks: readonly VarsFolder[];
}

export interface VarsFolderNames {
  readonly groups: Iterable<string>;
  readonly hosts: Iterable<string>;
}

/** Reads the `group_vars/` and `host_vars/` of a folder for these groups and hosts. Both folders are optional. */
export async function readVarsFolder(
  folder: string,
  { groups, hosts }: VarsFolderNames,
  keyring: VaultKeyring,
): Promise<VarsFolder> {
  return {
    groups: await readAll(join(folder, 'group_vars'), groups, keyring),
    hosts: await readAll(join(folder, 'host_vars'), hosts, keyring),
  };
}

/** Files read at once, few enough for any limit of open files. */
const filesAtOnce = 64;

async function readAll(
  folder: string,
  names: Iterable<string>,
  keyring: VaultKeyring,
): Promise<ReadonlyMap<string, PlacedVars>> {
  const entries = await listFolder(folder);
  if (entries.size === 0) return new Map();
  const wanted = [...names].flatMap((name) => {
    const entry = entryOf(name, entries);
    return entry === undefined ? [] : [{ name, entry }];
  });
  const found = new Map<string, PlacedVars>();
  for (let start = 0; start < wanted.length; start += filesAtOnce) {
    const part = wanted.slice(start, start + filesAtOnce);
    const read = await Promise.all(part.map(({ entry }) => readEntry(entry, keyring)));
    part.forEach(({ name }, index) => found.set(name, read[index] ?? new Map()));
  }
  return found;
}

interface Entry {
  readonly path: string;
  readonly isFolder: boolean;
}

const extensions = ['', '.yml', '.yaml', '.json'];

/** The first existing one of `kvm`, `kvm.yml`, `kvm.yaml` and `kvm.json`, as for Ansible. */
function entryOf(name: string, entries: ReadonlyMap<string, Entry>): Entry | undefined {
  const extension = extensions.find((candidate) => entries.has(name + candidate));
  return extension === undefined ? undefined : entries.get(name + extension);
}

/** The entries of a folder, sorted by name; none when there is no such folder. */
async function listFolder(folder: string): Promise<ReadonlyMap<string, Entry>> {
  const items = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw new InventoryError(`${folder} ${whyUnreadable(error)}`, undefined, {
      cause: error,
    });
  });
  const sorted = items.sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries = sorted.map(async (item): Promise<[string, Entry]> => {
    const path = join(folder, item.name);
    return [item.name, { path, isFolder: await isFolder(item, path) }];
  });
  return new Map(await Promise.all(entries));
}

async function isFolder(item: Dirent, path: string): Promise<boolean> {
  if (!item.isSymbolicLink()) return item.isDirectory();
  const target = await stat(path).catch(() => undefined);
  return target?.isDirectory() === true;
}

/** The variables of a file, or of all files below a folder: a later name wins. */
async function readEntry({ path, isFolder }: Entry, keyring: VaultKeyring): Promise<PlacedVars> {
  if (!isFolder) return readVarsFile(path, keyring);
  const vars = new Map<string, PlacedValue>();
  for (const [name, entry] of await listFolder(path)) {
    const isWanted = !name.startsWith('.') && !name.endsWith('~');
    const extension = extname(name);
    if (isWanted && (entry.isFolder ? extension === '' : extensions.includes(extension))) {
      for (const [variable, placed] of await readEntry(entry, keyring)) vars.set(variable, placed);
    }
  }
  return vars;
}

async function readVarsFile(file: string, keyring: VaultKeyring): Promise<PlacedVars> {
  const document = parseSourceDocument(await readSourceFile(file, keyring), file);
  const { value } = document;
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) {
    const found = Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    throw new InventoryError(`the file is ${found} and should be a mapping of variables`, { file, line: 1 });
  }
  return placeVars(value as HostVars, (name) => document.placeOf([name]));
}
