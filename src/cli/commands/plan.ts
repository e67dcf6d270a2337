import { dirname, relative } from 'node:path';
import type { Play } from '../../engine/fleet/play.ts';
import { RunFold } from '../../engine/fold/fold-run.ts';
import type { FoldedRun } from '../../engine/fold/folded-run.ts';
import { UsageError } from '../../errors.ts';
import { plainReporter } from '../../reporters/index.ts';
import { run } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { transportDefaults } from '../hosts/connection.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { type PlannedPlay, refuseUnwritable, writePlanFile, writePrivate } from '../journal/plan-file.ts';
import { inHostOrder } from '../hosts/in-host-order.ts';
import { isForPrograms } from '../output/outputs.ts';
import { inFolder, resolvePath } from '../paths.ts';
import { selectPlays, toTagSelection } from '../command-line/play-options.ts';
import { preparePlays } from '../playbooks/prepare-plays.ts';
import { printReporterErrors, reportersFor } from '../output/run-reporter.ts';
import { versionOfKvmplay } from '../version.ts';
import type { planSpec } from './journal-specs.ts';

export async function writePlan(
  { words: playbooks, options }: CommandArguments<typeof planSpec.options>,
  io: CliIo,
): Promise<number> {
  const isReadByProgram = isForPrograms(options.output);
  if (isReadByProgram) io.divertConsole?.();
  const prepared = await preparePlays({ ...options, playbooks }, io);
  if (prepared === undefined) return exitCodes.couldNotStart;

  const file = resolvePath(options.out, io.cwd);
  await refuseUnwritable(file);
  const plays = selectPlays(prepared.plays, options);
  // The plan file must hold file contents whole, secrets included.
  const fold = new RunFold({ hearsSecrets: true });
  let text = '';
  const summary = await run({
    ...prepared,
    ...toTagSelection(options),
    plays,
    forks: options.forks,
    checkMode: true,
    refuseCommands: true,
    connectTimeout: options['connect-timeout'],
    transportFor: createTransports(await transportDefaults(options, io)),
    reporters: [
      fold,
      inHostOrder(
        plainReporter({ write: (part) => void (text += part), colour: false, diff: true, verbose: 0 }),
      ),
      ...reportersFor({ output: options.output, diff: true, verbose: options.verbose }, io),
    ],
    signal: io.signal,
    limit: options.limit,
  });
  printReporterErrors(summary, io);
  if (summary.hosts.length === 0) throw new UsageError('no host is in the plays');
  const code = exitCodeOf(summary, false);
  if (code !== exitCodes.done) {
    io.stderr.write('kvmplay: no plan is written, since not all hosts could be planned\n');
    return code;
  }

  const planned = toPlannedPlays(plays, fold.run);
  const textFile = `${file.replace(/\.json$/, '')}.txt`;
  writePlanFile(file, {
    kvmplay: 'plan',
    format: 1,
    version: versionOfKvmplay(),
    madeAt: new Date().toISOString(),
    playbookFolders: playbookFolders(playbooks, file, io),
    secrets: [...io.secrets.foundIn(planned)],
    plays: planned,
  });
  writePrivate(textFile, text);
  const { write } = isReadByProgram ? io.stderr : io.stdout;
  write(`The plan is ${inFolder(file, io.cwd)}; to review it read ${inFolder(textFile, io.cwd)}.\n`);
  return exitCodes.done;
}

function playbookFolders(playbooks: readonly string[], file: string, io: CliIo): readonly string[] {
  const folders = playbooks.map((playbook) => dirname(resolvePath(playbook, io.cwd)));
  return [...new Set(folders.map((folder) => relative(dirname(file), folder) || '.'))];
}

/** Collects the changes of each play. Throws UsageError for a change that a plan file cannot hold. */
function toPlannedPlays(plays: readonly Play[], run: FoldedRun): readonly PlannedPlay[] {
  const earlier = new Map<string, string>();
  return run.plays.flatMap(({ playIndex, play, hosts }) => {
    const planned = hosts.filter(({ tasks }) => tasks.length > 0);
    for (const { host } of planned) {
      const first = earlier.get(host);
      if (first !== undefined) {
        throw new UsageError(
          `${host} is changed by play "${first}" and is in play "${play}" too, and a plan should hold one of them: plan and apply the first alone`,
        );
      }
    }
    const changed = planned.flatMap(({ host, tasks }) => {
      const changes = tasks.flatMap((task) => task.changes);
      return changes.length === 0 ? [] : [{ host, changes }];
    });
    for (const { host } of changed) earlier.set(host, play);
    if (changed.length === 0) return [];
    const { probes = [], rollout } = plays[playIndex] ?? {};
    return [{ name: play, probes, ...(rollout !== undefined && { rollout }), hosts: changed }];
  });
}
