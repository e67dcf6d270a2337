import type { Play } from '../../engine/fleet/play.ts';
import { nameOwner } from '../../engine/transaction/owner.ts';
import type { Reporter, RunSummary } from '../../engine/events.ts';
import { UsageError } from '../../errors.ts';
import type { HostVars } from '../../model/host.ts';
import type { Inventory } from '../../model/inventory.ts';
import { run } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import type { OptionValues } from '../command-line/command-line.ts';
import type { undoSpec } from '../commands/journal-specs.ts';
import { transportDefaults } from '../hosts/connection.ts';
import type { CliIo } from '../io.ts';
import { printReporterErrors, reportersFor } from '../output/run-reporter.ts';

export interface ChangesRun {
  readonly plays: readonly Play[];
  readonly inventory: Inventory;
  /** Names of the plays' hosts. */
  readonly hosts: readonly string[];
  readonly options: OptionValues<typeof undoSpec.options>;
  readonly extraVars?: HostVars;
  /** Reporters besides the one that prints. */
  readonly reporters?: readonly Reporter[];
  /** Id of this run's record, if it has one. */
  readonly run?: string | undefined;
  /** Source of the hosts, for messages. */
  readonly origin: string;
}

/** Runs plays made from a file. Throws UsageError for hosts that the inventory lacks. */
export async function runChanges(
  { plays, inventory, hosts, options, extraVars = {}, reporters = [], run: id, origin }: ChangesRun,
  io: CliIo,
): Promise<RunSummary> {
  const names = new Set(inventory.hosts.map(({ name }) => name));
  const missing = hosts.filter((name) => !names.has(name));
  if (missing.length > 0) {
    const word = missing.length === 1 ? 'is' : 'are';
    throw new UsageError(
      `${missing.join(', ')} of ${origin} ${word} not in the inventory; no host was touched`,
    );
  }
  const summary = await run({
    plays,
    inventory,
    only: new Set(hosts),
    extraVars,
    owner: nameOwner(id),
    forks: options.forks,
    checkMode: options.check,
    confirmTimeout: options['confirm-timeout'],
    connectTimeout: options['connect-timeout'],
    transportFor: createTransports(await transportDefaults(options, io)),
    reporters: [...reporters, ...reportersFor(options, io)],
    signal: io.signal,
    maxDisruption: options['max-disruption'],
    limit: options.limit,
  });
  if (summary.hosts.length === 0)
    throw new UsageError(`no host of ${origin} is in --limit ${options.limit ?? ''}`);
  printReporterErrors(summary, io);
  return summary;
}
