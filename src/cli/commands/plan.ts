import { dirname, relative } from 'node:path';
import type { Reporter } from '../../engine/events.ts';
import type { Play } from '../../engine/fleet/play.ts';
import { UsageError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import { plainReporter } from '../../reporters/index.ts';
import { run } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { transportDefaults } from '../hosts/connection.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { refuseUnwritable, writePlanFile, writePrivate } from '../journal/plan-file.ts';
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
  const collector = new PlanCollector(plays);
  let text = '';
  const summary = await run({
    ...prepared,
    ...toTagSelection(options),
    plays,
    forks: options.forks,
    checkMode: true,
    refuseCommands: true,
    ...(options['connect-timeout'] !== undefined && { connectTimeout: options['connect-timeout'] }),
    transportFor: createTransports(await transportDefaults(options, io)),
    reporters: [
      collector,
      inHostOrder(
        plainReporter({ write: (part) => void (text += part), colour: false, diff: true, verbose: 0 }),
      ),
      ...reportersFor({ output: options.output, diff: true, verbose: options.verbose }, io),
    ],
    signal: io.signal,
    ...(options.limit !== undefined && { limit: options.limit }),
  });
  printReporterErrors(summary, io);
  if (summary.hosts.length === 0) throw new UsageError('no host is in the plays');
  const code = exitCodeOf(summary, false);
  if (code !== exitCodes.done) {
    io.stderr.write('kvmplay: no plan is written, since not all hosts could be planned\n');
    return code;
  }

  const planned = collector.planned();
  const textFile = `${file.replace(/\.json$/, '')}.txt`;
  await writePlanFile(file, {
    kvmplay: 'plan',
    format: 1,
    version: versionOfKvmplay(),
    madeAt: new Date().toISOString(),
    playbookFolders: playbookFolders(playbooks, file, io),
    secrets: [...io.secrets.foundIn(planned)],
    plays: planned,
  });
  await writePrivate(textFile, text);
  const { write } = isReadByProgram ? io.stderr : io.stdout;
  write(`The plan is ${inFolder(file, io.cwd)}; to review it read ${inFolder(textFile, io.cwd)}.\n`);
  return exitCodes.done;
}

function playbookFolders(playbooks: readonly string[], file: string, io: CliIo): readonly string[] {
  const folders = playbooks.map((playbook) => dirname(resolvePath(playbook, io.cwd)));
  return [...new Set(folders.map((folder) => relative(dirname(file), folder) || '.'))];
}

/** Hears what each host would change in each play. */
class PlanCollector implements Reporter {
  /** What is to be written must be in the plan. */
  readonly hearsSecrets = true;
  readonly #plays: readonly Play[];
  /** By play, then by host. */
  readonly #changes: Map<string, Change[]>[] = [];
  /** Hosts of each play as the inventory has them. */
  readonly #order: (readonly string[])[] = [];

  constructor(plays: readonly Play[]) {
    this.#plays = plays;
  }

  onEvent: Reporter['onEvent'] = (event) => {
    if (event.type === 'play.start') {
      this.#changes.push(new Map());
      this.#order.push(event.hosts);
    }
    if (event.type !== 'task.end') return;
    const ofPlay = this.#changes.at(-1);
    const ofHost = ofPlay?.get(event.host) ?? [];
    ofPlay?.set(event.host, [...ofHost, ...event.changes]);
  };

  planned(): Parameters<typeof writePlanFile>[1]['plays'] {
    const earlier = new Map<string, string>();
    return this.#plays.flatMap(({ name, probes = [], rollout }, index) => {
      const changesOf = this.#changes[index] ?? new Map<string, Change[]>();
      const all = (this.#order[index] ?? []).flatMap((host) => {
        const changes = changesOf.get(host);
        return changes === undefined ? [] : [[host, changes] as const];
      });
      for (const [host] of all) {
        const first = earlier.get(host);
        if (first !== undefined) {
          throw new UsageError(
            `${host} is changed by play "${first}" and is in play "${name}" too, and a plan should hold one of them: plan and apply the first alone`,
          );
        }
      }
      const hosts = all.flatMap(([host, changes]) => (changes.length === 0 ? [] : [{ host, changes }]));
      for (const { host } of hosts) earlier.set(host, name);
      return hosts.length === 0 ? [] : [{ name, probes, ...(rollout !== undefined && { rollout }), hosts }];
    });
  }
}
