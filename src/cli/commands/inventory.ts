import { UsageError } from '../../errors.ts';
import {
  formatHostJson,
  formatInventoryGraph,
  formatInventoryJson,
  limitHosts,
} from '../../inventory/index.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import type { inventorySpec } from './specs.ts';
import { openInventory } from '../hosts/open-inventory.ts';

type Arguments = CommandArguments<typeof inventorySpec.options>;

export async function showInventory({ words, options }: Arguments, io: CliIo): Promise<number> {
  const chosen = [options.list, options.graph, options.host !== undefined].filter(Boolean);
  if (chosen.length !== 1) {
    throw new UsageError('inventory should be called with one of --list, --graph and --host');
  }
  if (words.length > 0 && !options.graph) {
    throw new UsageError(`inventory takes a group only with --graph, and was given ${words.join(' ')}`);
  }
  const { 'playbook-dir': folder } = options;
  const inventory = await openInventory(
    options,
    io,
    folder === undefined ? {} : { playbookFolders: [folder] },
  );
  const limited = options.limit === undefined ? undefined : await limitHosts(inventory, options.limit);
  const only = limited && new Set(limited.map(({ name }) => name));
  io.stdout.write(textOf());
  return exitCodes.done;

  function textOf(): string {
    const filter = only && { only };
    if (options.host !== undefined) {
      return formatHostJson(inventory, options.host, { isExport: options.export });
    }
    if (!options.graph) return formatInventoryJson(inventory, { ...filter, isExport: options.export });
    const [group] = words;
    return formatInventoryGraph(inventory, {
      ...filter,
      withVars: options.vars,
      group,
    });
  }
}
