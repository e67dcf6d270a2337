import { endGuard, readGuard, type GuardAction, type GuardStatus } from '../../engine/transaction/guard.ts';
import { askEach, exitCodeFor } from '../hosts/ask-each.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { printUnanswered } from '../output/print-error.ts';
import { formatTable } from '../views/table.ts';
import type { guardClearSpec, guardConfirmSpec, guardListSpec } from './specs.ts';

type GuardArguments = CommandArguments<typeof guardConfirmSpec.options>;

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

export async function clearGuards(
  args: CommandArguments<typeof guardClearSpec.options>,
  io: CliIo,
): Promise<number> {
  return await endGuards('clear', args, io, args.options.force);
}

async function endGuards(
  action: GuardAction,
  { words: [pattern], options }: GuardArguments,
  io: CliIo,
  force?: boolean,
): Promise<number> {
  const { answers, errors } = await askEach({ pattern, options }, io, async (host, guard) => ({
    host: host.name,
    ...(await endGuard(host, action, { ...guard, force })),
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
    statuses.map(({ host, state, id, owner, secondsLeft, wasGuardDead, unfinished }) => [
      host,
      wasGuardDead === true ? `${state}, guard was dead` : state,
      id ?? '',
      owner ?? '',
      secondsLeft === undefined ? '' : String(secondsLeft),
      unfinished
        .map(({ conflict }) => (conflict === undefined ? 'yes' : `no: ${conflict} was changed`))
        .join(', '),
    ]),
  );
}
