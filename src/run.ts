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

/** What `run` takes. */
export interface RunOptions extends Omit<
  EngineOptions,
  'kinds' | 'hostsOf' | 'transportFor' | 'inventoryHosts' | 'secrets'
> {
  readonly inventory: Inventory;
  /** Variables that win over the inventory's, for every host; templates in it see them. */
  readonly extraVars?: HostVars;
  /** A further pattern: only hosts that are in the play's and in this one. In it `@FILE` stands for the lines of a file. */
  readonly limit?: string;
  /** Names: no other host is touched. */
  readonly only?: ReadonlySet<string>;
  /** How to reach a host; default: by `ansible_connection`, over SSH. What its hosts share is closed when the run ends. */
  readonly transportFor?: ((host: InventoryHost) => Transport) & Partial<Pick<Transports, 'close'>>;
}

/**
 * Runs plays on the hosts of an inventory, each host one transaction, and resolves with what came of every host; a host
 * that fails does not make it throw. Throws InventoryError for a pattern that names nothing and PlaybookError for
 * variables that do not fit, before any host is touched.
 *
 * @example
 * const inventory = await loadInventory(['hosts.yml']);
 * const summary = await run({ plays: [bond6], inventory, checkMode: true });
 * const drifted = summary.hosts.filter(({ outcome }) => outcome !== 'ok');
 */
export async function run(options: RunOptions): Promise<RunSummary> {
  const { inventory: given, extraVars, limit, only, transportFor = createTransports(), ...rest } = options;
  const inventory = evaluateInventory(given, extraVars);
  const hostsOf = await playHosts(inventory, { limit, only });
  try {
    return await runPlays({
      kinds: changeKinds,
      forecaster: networkForecaster,
      ...rest,
      transportFor,
      inventoryHosts: inventory.hosts,
      ...(inventory.secrets !== undefined && { secrets: inventory.secrets }),
      hostsOf,
    });
  } finally {
    await transportFor.close?.();
  }
}

/** What `checkPlays` takes: what `run` needs to know before it touches a host. */
export type CheckOptions = Pick<RunOptions, 'plays' | 'inventory' | 'extraVars' | 'limit' | 'rollout'>;

/**
 * Refuses what `run` would refuse before the first connection, and touches no host: patterns that name nothing, variables that
 * do not fit, rollouts that make no sense. Resolves with the number of hosts of each play.
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
