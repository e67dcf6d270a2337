import type { RunSummary } from './engine/events.ts';
import type { EngineOptions } from './engine/fleet/run-options.ts';
import { preparePlays, runPlays } from './engine/fleet/run-plays.ts';
import { changeKinds } from './change-kinds.ts';
import { networkForecaster } from './forecaster.ts';
import { evaluateInventory } from './inventory/evaluate-inventory.ts';
import { playHosts } from './inventory/play-hosts.ts';
import type { HostVars } from './model/host.ts';
import type { Inventory, InventoryHost } from './model/inventory.ts';
import { createTransports, type Transports } from './transports/transport-for.ts';
import type { Transport } from './transports/transport.ts';

/** Options of `run`. */
export interface RunOptions extends Omit<
  EngineOptions,
  'kinds' | 'hostsOf' | 'transportFor' | 'inventoryHosts' | 'secrets'
> {
  readonly inventory: Inventory;
  /** Variables that override the inventory for every host. Templates in the inventory see them. */
  readonly extraVars?: HostVars | undefined;
  /** Additional pattern: only hosts that match it and the play's pattern take part. `@FILE` stands for the lines of a file. */
  readonly limit?: string | undefined;
  /** Host names; no other host is contacted. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Transport of a host. Default: by `ansible_connection`, else SSH. `close` is called when the run ends. */
  readonly transportFor?:
    (((host: InventoryHost) => Transport) & Partial<Pick<Transports, 'close'>>) | undefined;
}

/**
 * Runs plays on the hosts of an inventory, with a transaction per host, and resolves with the outcome of every host. A failed host does not reject the
 * promise. Throws InventoryError for a pattern that matches nothing and PlaybookError for invalid variables, both before any host is contacted.
 *
 * @example
 * const inventory = await loadInventory(['hosts.yml']);
 * const summary = await run({ plays: [bond6], inventory, checkMode: true });
 * const drifted = summary.hosts.filter(({ outcome }) => outcome !== 'ok');
 */
export async function run(options: RunOptions): Promise<RunSummary> {
  const {
    inventory: given,
    extraVars,
    limit,
    only,
    transportFor = createTransports(),
    forecaster = networkForecaster,
    ...rest
  } = options;
  const inventory = evaluateInventory(given, extraVars);
  const hostsOf = await playHosts(inventory, { limit, only });
  try {
    return await runPlays({
      kinds: changeKinds,
      ...rest,
      forecaster,
      transportFor,
      inventoryHosts: inventory.hosts,
      secrets: inventory.secrets,
      hostsOf,
    });
  } finally {
    await transportFor.close?.();
  }
}

/** Options of `checkPlays`: those that `run` needs before it contacts a host. */
export type CheckOptions = Pick<RunOptions, 'plays' | 'inventory' | 'extraVars' | 'limit' | 'rollout'>;

/**
 * Checks everything that `run` checks before the first connection, without contacting a host: patterns that match nothing, invalid variables, contradictory
 * rollouts. Resolves with the number of hosts of each play.
 *
 * @throws InventoryError, PlaybookError
 * @example
 * await checkPlays({ plays: [bond6], inventory: await loadInventory(['hosts.yml']) });
 */
export async function checkPlays(options: CheckOptions): Promise<readonly number[]> {
  const { inventory: given, extraVars, limit, ...rest } = options;
  const inventory = evaluateInventory(given, extraVars);
  const hostsOf = await playHosts(inventory, { limit });
  const prepared = await preparePlays({ ...rest, hostsOf, inventoryHosts: inventory.hosts });
  return prepared.map(({ hosts }) => hosts.length);
}
