import pLimit from 'p-limit';
import { toEventError } from '../../engine/event-error.ts';
import type { HostOutcome } from '../../engine/events.ts';
import {
  endGuard,
  readGuard,
  type GuardAction,
  type GuardOptions,
  type GuardStatus,
} from '../../engine/guard.ts';
import { failedOutcome } from '../../engine/run-host.ts';
import { UsageError } from '../../errors.ts';
import { selectHosts } from '../../inventory/index.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import { createTransports } from '../../transports/index.ts';
import type { CommandArguments, OptionValues } from '../command-line.ts';
import { transportDefaults } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { printUnanswered, type Unanswered } from '../print-error.ts';
import { formatTable } from '../views/table.ts';
import type { guardClearSpec, guardListSpec } from './specs.ts';
import { openInventory } from '../open-inventory.ts';

type GuardArguments = CommandArguments<typeof guardClearSpec.options>;

export async function listGuards(
  { words: [pattern], options }: CommandArguments<typeof guardListSpec.options>,
  io: CliIo,
): Promise<number> {
  const { answers, errors } = await askEach({ pattern, options }, io, readGuard);
  if (options.json) {
    const byHost = Object.fromEntries(answers.map(({ host, ...status }) => [host, status]));
    io.stdout.write(`${JSON.stringify(byHost, undefined, 2)}\n`);
  } else if (answers.length > 0) {
    io.stdout.write(`${guardTable(answers)}\n`);
  }
  printUnanswered(errors, io);
  return exitCodeFor(errors);
}

export async function confirmGuards(args: GuardArguments, io: CliIo): Promise<number> {
  return await endGuards('confirm', args, io);
}

export async function rollBackGuards(args: GuardArguments, io: CliIo): Promise<number> {
  return await endGuards('rollback', args, io);
}

export async function clearGuards(args: GuardArguments, io: CliIo): Promise<number> {
  return await endGuards('clear', args, io);
}

async function endGuards(
  action: GuardAction,
  { words: [pattern], options }: GuardArguments,
  io: CliIo,
): Promise<number> {
  const { answers, errors } = await askEach({ pattern, options }, io, async (host, guard) => ({
    host: host.name,
    ...(await endGuard(host, action, guard)),
  }));
  const width = Math.max(0, ...answers.map(({ host }) => host.length));
  for (const { host, isDone, sentence } of answers) {
    io.stdout.write(`${host.padEnd(width)}  ${isDone ? '' : 'failed: '}${sentence}\n`);
  }
  printUnanswered(errors, io);
  return answers.every(({ isDone }) => isDone) ? exitCodeFor(errors) : exitCodes.hostFailed;
}

function guardTable(statuses: readonly GuardStatus[]): string {
  return formatTable(
    ['HOST', 'STATE', 'ID', 'OWNER', 'SECONDS LEFT', 'UNFINISHED COMMIT'],
    statuses.map(({ host, state, id, owner, secondsLeft, hasUnfinishedCommit }) => [
      host,
      state,
      id ?? '',
      owner ?? '',
      secondsLeft === undefined ? '' : String(secondsLeft),
      hasUnfinishedCommit ? 'yes' : '',
    ]),
  );
}

interface Question {
  readonly pattern: string | undefined;
  readonly options: OptionValues<typeof guardClearSpec.options>;
}

interface Asked<T> {
  /** Of the hosts that answered, in inventory order. */
  readonly answers: readonly T[];
  readonly errors: readonly Unanswered[];
}

/** Asks hosts side by side. Not a play: a transaction under way must not keep anybody from looking at it. */
async function askEach<T>(
  { pattern = 'all', options }: Question,
  io: CliIo,
  ask: (host: InventoryHost, guard: GuardOptions) => Promise<T>,
): Promise<Asked<T>> {
  const hosts = selectHosts(await openInventory(options, io), pattern);
  if (hosts.length === 0) throw new UsageError(`no host is in ${pattern}`);
  const transportFor = createTransports(await transportDefaults(options, io));
  const limit = pLimit(options.forks);
  const errors: Unanswered[] = [];
  const answers = await Promise.all(
    hosts.map((host) =>
      limit(async (): Promise<readonly T[]> => {
        try {
          const transport = transportFor(host);
          const connectTimeout = options['connect-timeout'] * 1000;
          return [await ask(host, { transport, connectTimeout, signal: io.signal })];
        } catch (error) {
          const { code, message } = toEventError(error, undefined);
          errors.push({ host: host.name, outcome: failedOutcome(code), message });
          return [];
        }
      }),
    ),
  );
  await transportFor.close();
  const order = hosts.map(({ name }) => name);
  return {
    answers: answers.flat(),
    errors: errors.sort((a, b) => order.indexOf(a.host) - order.indexOf(b.host)),
  };
}

function exitCodeFor(errors: readonly Unanswered[]): number {
  const has = (outcome: HostOutcome): boolean => errors.some((error) => error.outcome === outcome);
  if (has('failed')) return exitCodes.hostFailed;
  if (has('unreachable')) return exitCodes.unreachable;
  // Skipped: the user stopped it.
  return errors.length > 0 ? exitCodes.couldNotStart : exitCodes.done;
}
