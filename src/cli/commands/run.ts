import type { RunSummary } from '../../engine/events.ts';
import type { Play } from '../../engine/play.ts';
import { UsageError } from '../../errors.ts';
import { run } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import { toRollout } from '../rollout-options.ts';
import type { CommandArguments } from '../command-line.ts';
import { transportDefaults } from '../connection.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { headerOf } from '../journal/header.ts';
import { journalReporter } from '../journal/journal.ts';
import { mergeExtraVars, readRunRequest } from '../journal/run-request.ts';
import { preparePlays } from '../prepare-plays.ts';
import { printReporterErrors, reporterFor } from '../run-reporter.ts';
import type { runSpec } from './specs.ts';

export async function runPlaybooks(
  args: CommandArguments<typeof runSpec.options>,
  io: CliIo,
): Promise<number> {
  const request = await readRunRequest(args, io);
  const { playbooks, options } = request;
  const prepared = await preparePlays({ ...options, playbooks }, io);
  if (prepared === undefined) return exitCodes.couldNotStart;

  const { plays, inventory } = prepared;
  const extraVars = mergeExtraVars(request, prepared.extraVars);
  const only = request.only?.(inventory);
  if (only?.length === 0) {
    io.stdout.write(`Nothing to do: ${request.nobody ?? 'there is no host'}.\n`);
    return exitCodes.done;
  }
  const header = headerOf(
    {
      command: 'run',
      playbooks,
      inventory: options.inventory,
      limit: options.limit,
      only,
      extraVars,
      options,
    },
    io,
  );
  const rollout = toRollout(options);
  const summary = await run({
    plays,
    inventory,
    extraVars,
    forks: options.forks,
    checkMode: options.check,
    confirmTimeout: options['confirm-timeout'],
    connectTimeout: options['connect-timeout'],
    transportFor: createTransports(await transportDefaults(options, io)),
    reporters: [...(options.check ? [] : [journalReporter(header, io)]), reporterFor(options, io)],
    signal: io.signal,
    ...(options.limit !== undefined && { limit: options.limit }),
    ...(rollout !== undefined && { rollout }),
    ...(options['max-disruption'] !== undefined && { maxDisruption: options['max-disruption'] }),
    ...(only !== undefined && { only: new Set(only) }),
  });
  refuseNobody(summary, plays, options.limit);
  printReporterErrors(summary, io);
  return exitCodeOf(summary, options['detailed-exitcode']);
}

function refuseNobody(summary: RunSummary, plays: readonly Play[], limit: string | undefined): void {
  if (summary.hosts.length > 0) return;
  const patterns = plays.map(({ hosts }) => hosts).join(', ');
  const limited = limit === undefined ? '' : ` and in --limit ${limit}`;
  throw new UsageError(`no host is in ${patterns}${limited}`);
}
