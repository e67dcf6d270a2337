import type { Reporter, RunSummary } from '../../engine/events.ts';
import type { Play } from '../../engine/play.ts';
import { UsageError } from '../../errors.ts';
import { loadInventory } from '../../inventory/index.ts';
import { jsonLinesReporter, plainReporter } from '../../reporters/index.ts';
import { run } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import { checkTypes, type TypeProblem } from '../check-types.ts';
import type { CommandArguments, OptionValues } from '../command-line.ts';
import { transportDefaults } from '../connection.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { readExtraVars } from '../extra-vars.ts';
import { usesColour, type CliIo } from '../io.ts';
import { loadPlaybooks, requirePlaybooks } from '../load-playbook.ts';
import { printFrame } from '../print-error.ts';
import type { runSpec } from './specs.ts';

type RunValues = OptionValues<typeof runSpec.options>;

export async function runPlaybooks(
  { words: playbooks, options }: CommandArguments<typeof runSpec.options>,
  io: CliIo,
): Promise<number> {
  await requirePlaybooks(playbooks, io.cwd);
  // Side by side, since each keeps another program or the disk busy.
  const types = options['no-type-check'] ? [] : typeProblems(playbooks, io);
  const loading = loadPlaybooks(playbooks, io.cwd);
  const reading = loadInventory(options.inventory);
  const extraVars = readExtraVars(options['extra-vars'], io.cwd);
  // The first that went wrong is told, and a type error explains best what is wrong with a playbook.
  for (const work of [loading, reading, extraVars]) work.catch(() => undefined);
  const problems = await types;
  if (problems.length > 0) {
    printProblems(problems, io);
    return exitCodes.couldNotStart;
  }
  const plays = await loading;

  const summary = await run({
    plays,
    inventory: await reading,
    extraVars: await extraVars,
    forks: options.forks,
    checkMode: options.check,
    confirmTimeout: options['confirm-timeout'],
    connectTimeout: options['connect-timeout'],
    transportFor: createTransports(await transportDefaults(options, io)),
    reporters: [reporterFor(options, io)],
    signal: io.signal,
    ...(options.limit !== undefined && { limit: options.limit }),
    ...(options['max-disruption'] !== undefined && { maxDisruption: options['max-disruption'] }),
  });
  refuseNobody(summary, plays, options.limit);
  for (const error of summary.reporterErrors) io.stderr.write(`kvmplay: ${error}\n`);
  return exitCodeOf(summary, options['detailed-exitcode']);
}

async function typeProblems(playbooks: readonly string[], io: CliIo): Promise<readonly TypeProblem[]> {
  const check = await checkTypes(playbooks, io.cwd);
  if (check.checked) return check.problems;
  io.stderr.write(
    'kvmplay: types are not checked: there is no TypeScript compiler for this platform; npm install typescript beside the playbook to have one\n',
  );
  return [];
}

function printProblems(problems: readonly TypeProblem[], io: CliIo): void {
  for (const { place, message } of problems) {
    io.stderr.write(`${place.file}:${place.line ?? 1}:${place.column ?? 1}: ${message}\n`);
    printFrame(place, io);
  }
  io.stderr.write(
    `kvmplay: ${problems.length} ${problems.length === 1 ? 'error' : 'errors'}; no host was touched\n`,
  );
}

function reporterFor(options: RunValues, io: CliIo): Reporter {
  const write = (text: string): void => io.stdout.write(text);
  if (options.output === 'jsonl') return jsonLinesReporter({ write });
  return plainReporter({
    write,
    colour: usesColour(io.stdout, io.env),
    diff: options.diff,
    verbose: options.verbose ? 1 : 0,
    ...(io.stdout.columns !== undefined && { columns: io.stdout.columns }),
  });
}

function refuseNobody(summary: RunSummary, plays: readonly Play[], limit: string | undefined): void {
  if (summary.hosts.length > 0) return;
  const patterns = plays.map(({ hosts }) => hosts).join(', ');
  const limited = limit === undefined ? '' : ` and in --limit ${limit}`;
  throw new UsageError(`no host is in ${patterns}${limited}`);
}
