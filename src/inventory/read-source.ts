import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InventoryError } from '../errors.ts';
import { whyUnreadable } from '../model/file-finding.ts';
import { readHostList } from './host-list.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { type ModuleLoader, readModuleInventory } from './read-definition.ts';
import { readTextInventory } from './read-text.ts';
import type { ScriptLimits } from './run-script.ts';
import { isProgram, readScriptInventory } from './script-inventory.ts';
import { readSourceFile } from './source-file.ts';
import type { VaultKeyring } from './vault.ts';

export interface SourceReader {
  readonly builder: InventoryBuilder;
  readonly keyring: VaultKeyring;
  readonly loadModule: ModuleLoader | undefined;
  readonly limits: ScriptLimits;
}

/**
 * Reads what `-i` names into the builder: a file, a folder of files, a list of hosts. Returns the folder whose group_vars/ and
 * host_vars/ belong to it, if there is one. Throws InventoryError.
 */
export async function readSource(source: string, reader: SourceReader): Promise<string | undefined> {
  const stats = await stat(source).catch((error: unknown) => {
    if (source.includes(',')) return undefined;
    throw unreadable(source, error);
  });
  if (stats === undefined) {
    readHostList(source, reader.builder);
    return undefined;
  }
  await readPath(source, stats, reader);
  return stats.isDirectory() ? source : dirname(source);
}

async function readPath(path: string, stats: Stats, reader: SourceReader): Promise<void> {
  if (stats.isDirectory()) {
    await readFolder(path, reader);
  } else {
    await readFile(path, reader);
  }
}

const ignoredNames = ['group_vars', 'host_vars', 'vars_plugins'];
const ignoredEnds = /(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry)|~)$/;

/** The files of a folder that are passed over since their names end in .ini; none when it is no folder. */
export async function iniFilesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.ini'))
    .sort()
    .map((name) => join(folder, name));
}

/** Files in the order of their names, folders like files, but for those that Ansible leaves out. */
async function readFolder(folder: string, reader: SourceReader): Promise<void> {
  const names = (await readdir(folder)).sort();
  for (const name of names) {
    if (name.startsWith('.') || ignoredNames.includes(name) || ignoredEnds.test(name)) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    await readPath(path, stats, reader);
  }
}

async function readFile(file: string, reader: SourceReader): Promise<void> {
  const { builder, keyring, loadModule = importFile, limits } = reader;
  if (/^\.[cm]?[jt]s$/.test(extname(file))) {
    await readModuleInventory(file, loadModule, { builder, limits });
  } else if (await isProgram(file)) {
    await readScriptInventory(file, builder, limits);
  } else {
    readTextInventory(await readSourceFile(file, keyring), file, builder);
  }
}

/** A program without a loader imports as its Node.js does. */
async function importFile(file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (error) {
    throw new InventoryError(`cannot be imported: ${(error as Error).message}`, { file }, { cause: error });
  }
}

function unreadable(path: string, error: unknown): InventoryError {
  return new InventoryError(`inventory ${path} ${whyUnreadable(error)}`, undefined, { cause: error });
}
