import { InventoryError, UsageError } from '../../errors.ts';
import { formatInventoryGraph, formatInventoryJson } from '../../inventory/index.ts';
import type { Inventory } from '../../model/inventory.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { CommandArguments } from '../command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import type { inventorySpec } from './specs.ts';
import { openInventory } from '../open-inventory.ts';

export async function showInventory(
  { options }: CommandArguments<typeof inventorySpec.options>,
  io: CliIo,
): Promise<number> {
  const chosen = [options.list, options.graph, options.host !== undefined].filter(Boolean);
  if (chosen.length !== 1) {
    throw new UsageError('inventory should be called with one of --list, --graph and --host');
  }
  const inventory = await openInventory(options, io);
  io.stdout.write(textOf(inventory, options));
  return exitCodes.done;
}

interface Choice {
  readonly graph: boolean;
  readonly host: string | undefined;
}

function textOf(inventory: Inventory, { graph, host }: Choice): string {
  if (host !== undefined) return `${JSON.stringify(varsOf(inventory, host), undefined, 2)}\n`;
  return graph ? formatInventoryGraph(inventory) : formatInventoryJson(inventory);
}

function varsOf(inventory: Inventory, name: string): unknown {
  const host = inventory.hosts.find((candidate) => candidate.name === name);
  if (host !== undefined) return host.vars;
  const hint = nearestName(
    name,
    inventory.hosts.map((candidate) => candidate.name),
  );
  throw new InventoryError(
    `the inventory has no host ${name}${hint === undefined ? '' : `; is it ${hint}?`}`,
  );
}
