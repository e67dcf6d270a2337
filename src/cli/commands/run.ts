import type { RunSummary } from '../../engine/events.ts';
import type { Play } from '../../engine/fleet/play.ts';
import { nameOwner } from '../../engine/transaction/owner.ts';
import { RunFold } from '../../engine/fold/fold-run.ts';
import type { FoldedRun } from '../../engine/fold/folded-run.ts';
import { namingFields } from '../../model/secrets.ts';
import { UsageError } from '../../errors.ts';
import { playHosts } from '../../inventory/play-hosts.ts';
import { run } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import { toRollout } from '../command-line/rollout-options.ts';
import type { CommandArguments, OptionValues } from '../command-line/command-line.ts';
import { transportDefaults } from '../hosts/connection.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { headerOf } from '../journal/header.ts';
import { journalReporter } from '../journal/journal.ts';
import { mergeExtraVars, readRunRequest } from '../journal/run-request.ts';
import { isForPrograms } from '../output/outputs.ts';
import { selectPlays, toTagSelection } from '../command-line/play-options.ts';
import { preparePlays } from '../playbooks/prepare-plays.ts';
import { printUnanswered } from '../output/print-error.ts';
import { printReporterErrors, reportersFor } from '../output/run-reporter.ts';
import { askSteps } from '../playbooks/step-asker.ts';
import { formatHosts, formatTags, formatTasks } from '../playbooks/task-list.ts';
import { UnknownTags } from '../playbooks/unknown-tags.ts';
import type { runSpec } from './specs.ts';

export async function runPlaybooks(
  args: CommandArguments<typeof runSpec.options>,
  io: CliIo,
): Promise<number> {
  const request = await readRunRequest(args, io);
  const { playbooks, options } = request;
  if (isForPrograms(options.output)) io.divertConsole?.();
  const stepping = options.step ? askSteps(io) : undefined;
  const prepared = await preparePlays({ ...options, playbooks }, io);
  if (prepared === undefined) return exitCodes.couldNotStart;

  const { inventory } = prepared;
  const plays = selectPlays(prepared.plays, options);
  const extraVars = mergeExtraVars(request, prepared.extraVars);
  const only = request.only?.(inventory);
  if (only?.length === 0) {
    io.stdout.write(`Nothing to do: ${request.nobody ?? 'there is no host'}.\n`);
    return exitCodes.done;
  }
  const hosts = { limit: options.limit, only: only === undefined ? undefined : new Set(only) };
  if (options['list-hosts']) {
    const hostsOf = await playHosts(inventory, hosts);
    const lists = plays.map((play) =>
      formatHosts(
        play.name,
        hostsOf(play).map(({ name }) => name),
      ),
    );
    io.stdout.write(lists.join('\n'));
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
  const selection = toTagSelection(options);
  const rollout = toRollout(options);
  const list = options['list-tasks'] || options['list-tags'] ? new RunFold() : undefined;
  const unknownTags = new UnknownTags([...selection.tags, ...selection.skipTags]);
  const reporters = list === undefined ? reportersFor(options, io) : [list];
  const journal = options.check || list !== undefined ? [] : [journalReporter(header, io)];
  const summary = await run({
    plays,
    inventory,
    extraVars,
    ...selection,
    owner: nameOwner(journal.length > 0 ? header.id : undefined),
    forks: stepping === undefined ? options.forks : 1,
    checkMode: options.check || list !== undefined,
    confirmTimeout: options['confirm-timeout'],
    connectTimeout: options['connect-timeout'],
    transportFor: createTransports(await transportDefaults(options, io)),
    reporters: [...journal, unknownTags, ...reporters],
    signal: stepping?.signal ?? io.signal,
    step:
      stepping === undefined || list !== undefined
        ? undefined
        : (question) => stepping.ask(inventory.secrets?.maskIn(question, namingFields) ?? question),
    limit: hosts.limit,
    only: hosts.only,
    rollout,
    maxDisruption: options['max-disruption'],
  });
  refuseNobody(summary, plays, options.limit);
  if (list !== undefined) printList(list.run, summary, { options, io });
  printReporterErrors(summary, io);
  for (const finding of unknownTags.findings(summary)) io.stderr.write(`kvmplay: ${finding}\n`);
  return exitCodeOf(summary, options['detailed-exitcode']);
}

function printList(
  run: FoldedRun,
  { hosts }: RunSummary,
  { options, io }: { readonly options: OptionValues<typeof runSpec.options>; readonly io: CliIo },
): void {
  const parts = [
    ...(options['list-tasks'] ? [formatTasks(run)] : []),
    ...(options['list-tags'] ? [formatTags(run)] : []),
  ];
  io.stdout.write(parts.join('\n'));
  const wrong = hosts.flatMap(({ host, outcome, error }) =>
    error === undefined ? [] : [{ host, outcome, message: error.message }],
  );
  printUnanswered(wrong, io);
}

function refuseNobody(summary: RunSummary, plays: readonly Play[], limit: string | undefined): void {
  if (summary.hosts.length > 0) return;
  const patterns = plays.map(({ hosts }) => hosts).join(', ');
  const limited = limit === undefined ? '' : ` and in --limit ${limit}`;
  throw new UsageError(`no host is in ${patterns}${limited}`);
}
