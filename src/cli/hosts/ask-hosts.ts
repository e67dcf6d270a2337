import { namingFields } from '../../model/secrets.ts';
import { play } from '../../engine/fleet/play.ts';
import type { Answers, FactSet } from '../../model/fact.ts';
import type { Task } from '../../model/task.ts';
import { run } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import type { OptionValues } from '../command-line/command-line.ts';
import { transportDefaults } from './connection.ts';
import { exitCodeOf, type ExitCode } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { openInventory } from './open-inventory.ts';
import type { Unanswered } from '../output/print-error.ts';
import type { askingOptions } from '../command-line/shared-options.ts';

export interface HostAnswers<F> {
  readonly host: string;
  readonly answers: Answers<F>;
}

export interface Asked<F> {
  /** Hosts that answered, in inventory order. */
  readonly hosts: readonly HostAnswers<F>[];
  /** One for each host that did not answer. */
  readonly errors: readonly Unanswered[];
  readonly exitCode: ExitCode;
}

type AskOptions = OptionValues<typeof askingOptions> & {
  readonly limit: string | undefined;
};

interface Question<F> {
  readonly facts: F;
  readonly pattern: string | undefined;
  readonly options: AskOptions;
}

/** Surveys the same facts on many hosts, with one connection and one exec each. */
export async function askHosts<F extends FactSet>(
  { facts, pattern = 'all', options }: Question<F>,
  io: CliIo,
): Promise<Asked<F>> {
  const answers = new Map<string, Answers<F>>();
  const asking = play({
    name: 'ask',
    hosts: pattern,
    run: async (host) => {
      const { output } = await host.perform(questionTask(facts), undefined);
      answers.set(host.name, output);
    },
  });
  const summary = await run({
    plays: [asking],
    inventory: await openInventory(options, io, { extraVars: options['extra-vars'] }),
    forks: options.forks,
    checkMode: true,
    connectTimeout: options['connect-timeout'],
    transportFor: createTransports(await transportDefaults(options, io)),
    signal: io.signal,
    limit: options.limit,
  });
  return {
    hosts: summary.hosts.flatMap(({ host }) => {
      const answer = answers.get(host);
      return answer === undefined ? [] : [{ host, answers: io.secrets.maskIn(answer, namingFields) }];
    }),
    errors: summary.hosts.flatMap(({ host, outcome, error }) =>
      answers.has(host) ? [] : [{ host, outcome, message: error?.message ?? outcome }],
    ),
    exitCode: exitCodeOf(summary, false),
  };
}

/** A task without changes, so that all its facts are surveyed together. */
function questionTask<F extends FactSet>(facts: F): Task<undefined, F, Answers<F>> {
  return {
    name: 'ask',
    facts,
    validate: () => undefined,
    subject: () => 'facts',
    plan: () => ({ changes: [], warnings: [] }),
    // Reading every fact here makes an error of one fact the host's error.
    output: (_, answers) => ({ ...answers }),
  };
}
