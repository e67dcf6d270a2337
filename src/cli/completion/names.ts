import type { CliIo } from '../io.ts';
import type { Candidate } from './completion.ts';

/** Returns names of things that exist, without asking the user for anything. */
export async function namesFor(
  what: 'pattern' | 'host' | 'task' | 'run',
  inventory: readonly string[] | undefined,
  io: CliIo,
): Promise<readonly Candidate[]> {
  switch (what) {
    case 'task': {
      const { listTaskPages } = await import('../task-pages.ts');
      return [...(await listTaskPages()).keys()].map((word) => ({ word }));
    }
    case 'run': {
      const { listRecords } = await import('../journal/journal.ts');
      const { records } = await listRecords(io.env);
      const ids = records.map(({ header }) => ({ word: header.id, describe: header.command })).reverse();
      return [{ word: 'last', describe: 'the newest' }, ...ids];
    }
    case 'pattern':
    case 'host':
      return await inventoryNames(what, inventory, io);
  }
}

/** In seconds. Longer is too long for a TAB. */
const patience = 2;

async function inventoryNames(
  what: 'pattern' | 'host',
  given: readonly string[] | undefined,
  io: CliIo,
): Promise<readonly Candidate[]> {
  const sources = given ?? (await inventoryOfSettings(io));
  if (sources === undefined || sources.length === 0) return [];
  const { openInventory } = await import('../hosts/open-inventory.ts');
  const signal = AbortSignal.timeout(patience * 1000);
  const { hosts, groups } = await openInventory({ inventory: sources }, { ...io, signal });
  const names = hosts.map(({ name }) => ({ word: name, describe: 'host' }));
  if (what === 'host') return names;
  const ofGroups = [...groups.keys()].map((word) => ({ word, describe: 'group' }));
  const all = groups.has('all') ? [] : [{ word: 'all', describe: 'group' }];
  return [...all, ...ofGroups, ...names];
}

/** The file of settings is a program and slow to load. It is skipped when the environment names the inventory. */
async function inventoryOfSettings(io: CliIo): Promise<readonly string[] | undefined> {
  const { inventoryOptions } = await import('../command-line/shared-options.ts');
  const options = new Map(Object.entries(inventoryOptions));
  const { readEnvironment } = await import('../settings/environment.ts');
  const { KVMPLAY_INVENTORY } = io.env;
  const fromEnvironment = readEnvironment({ KVMPLAY_INVENTORY }, options).get('inventory')?.value;
  if (fromEnvironment !== undefined) return fromEnvironment as readonly string[];
  const { findConfigFile } = await import('../settings/find-config-file.ts');
  const file = findConfigFile(io);
  if (file === undefined) return undefined;
  const { commands } = await import('../commands/index.ts');
  const { settableOptions } = await import('../command-line/option-names.ts');
  const { readConfigFile } = await import('../settings/config-file.ts');
  const all = settableOptions(commands.map(({ spec }) => spec));
  return (await readConfigFile(file, all, io.cwd)).get('inventory')?.value as readonly string[] | undefined;
}
