import { randomBytes } from 'node:crypto';
import {
  CommandError,
  HostLockedError,
  KvmplayError,
  RollbackFailedError,
  RolledBackError,
} from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import { describeChange } from '../../model/describe-change.ts';
import type { Fact } from '../../model/fact.ts';
import type { AnyFact } from '../../model/task.ts';
import { answerDifferences, lastingEffects } from './differences.ts';
import type { HostPhase } from '../events.ts';
import type { Forecaster } from './forecaster.ts';
import { type HostConnection, isTransient } from '../connection/host-connection.ts';
import { formatCommand, toCommands } from './commands.ts';
import { linkProbes, type Probe, standardProbes } from './probes.ts';
import { serviceProbes, settlingSeconds } from './service-probes.ts';
import { stpSeconds } from './stp-seconds.ts';
import { extraSeconds, hintsFor } from './system-commands.ts';
import { toConsole } from './to-console.ts';
import { parseTransactionResult, type TransactionResult } from './transaction-result.ts';
import { endScript, launchScript, transactionFolder, verifyScript } from './transaction-script.ts';
import { type GuardedWork, toWork, type TransactionWork } from './transaction-work.ts';

/** Answers to facts by the fact's name. */
export type SurveyAnswers = ReadonlyMap<string, unknown>;

export interface Transaction {
  readonly host: string;
  readonly connection: HostConnection;
  /** Every fact the host was asked so far, and the answers before the change. */
  readonly facts: readonly AnyFact[];
  readonly before: SurveyAnswers;
  readonly changes: readonly Change[];
  /** What must hold afterwards, if it held before, besides the standard ones. */
  readonly probes: readonly Probe[];
  readonly owner: string;
  /** Seconds. */
  readonly confirmTimeout: number;
  /** Plans every task again on new answers with `staged` folded in: sentences about what is left to do. */
  readonly replan: (answers: SurveyAnswers, staged: readonly Change[]) => readonly string[];
  /** Sentences about what the changes should have left alone. */
  readonly verify?: Forecaster['verify'] | undefined;
  readonly onPhase: (phase: HostPhase) => void;
}

/** Seconds after the guard's time in which the host should answer again. */
const healing = 60;

/**
 * Applies, verifies over a fresh connection, and commits; or has the host roll back and proves it. Returns the answers
 * after the commit. Throws RolledBackError, RollbackFailedError, HostLockedError, or CommandError when nothing was begun.
 */
export async function runTransaction(transaction: Transaction): Promise<SurveyAnswers> {
  const { host, connection, onPhase } = transaction;
  const plain = toWork(transaction.changes);
  const probes = [
    ...standardProbes(plain.changes),
    ...transaction.probes,
    ...linkProbes(plain.changes),
    ...serviceProbes(plain.changes),
  ];
  const work = { ...plain, probes: plain.changes.length === 0 ? [] : probes };
  const id = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(4).toString('hex')}`;

  const settling = settlingSeconds(work.changes);
  const confirmTimeout =
    transaction.confirmTimeout +
    stpSeconds(work.changes, transaction.before.get('links')) +
    extraSeconds(work.changes) +
    settling;

  onPhase('apply');
  const launched = await launch(transaction, work, { id, confirmTimeout });
  refuseUnbegun(host, work, launched);

  onPhase('verify');
  const deadline = Date.now() + confirmTimeout * 1000;
  const forProbes = Math.max(1 + settling, confirmTimeout - 10);
  const resultFact = toResultFact(verifyScript(id, { forResult: confirmTimeout, forProbes }));
  const seen = await connection.withFresh(deadline, () =>
    connection.survey([resultFact, ...transaction.facts]),
  );
  if (seen === undefined) {
    const cause = `no fresh connection within ${String(confirmTimeout)} s of the change`;
    return await awaitGuard(transaction, { id, deadline, cause });
  }
  const result = resultOf(seen);
  if (result.outcome !== 'applied') return prove(transaction, seen, explain(work, result));

  const wrong = findWrong(transaction, work, seen);
  if (wrong !== undefined) {
    onPhase('rollback');
    return prove(transaction, await end(transaction, id, 'rollback'), wrong);
  }

  onPhase('commit');
  const after = await end(transaction, id, 'commit');
  const ended = resultOf(after);
  const undoneAfter = () => transaction.replan(after, []);
  // The answer to a commit may be lost, and the host forgets the transaction with it.
  const isForgotten = ended.outcome === 'unknown' && undoneAfter().length === 0;
  if (ended.outcome !== 'committed' && !isForgotten) return prove(transaction, after, explain(work, ended));
  const undone = undoneAfter();
  if (undone.length > 0) {
    throw new CommandError(`${host} is not as planned after the commit: ${undone.join('; ')}`);
  }
  return after;
}

interface Failure {
  readonly cause: string;
  readonly details: readonly string[];
  /** The change that could not be made. */
  readonly change?: Change;
}

function findWrong(transaction: Transaction, work: GuardedWork, seen: SurveyAnswers): Failure | undefined {
  const { replan, verify, before, changes } = transaction;
  const left = [...replan(seen, work.staged), ...(verify?.(before, seen, changes) ?? [])];
  const failed = resultOf(seen).failedProbes.map(({ number, seen: value }) => {
    const failure = work.probes[number]?.failure ?? 'a probe does not pass';
    return { failure, detail: `${failure}: ${value || 'no output'}` };
  });
  const details = failed.map(({ detail }) => detail);
  if (left.length > 0) {
    return {
      cause: 'the host is not as planned after the change',
      details: [...left, ...hintsFor(work.changes, left), ...details],
    };
  }
  const [first] = failed;
  return first === undefined ? undefined : { cause: `after the change ${first.failure}`, details };
}

interface Launch {
  readonly id: string;
  readonly confirmTimeout: number;
}

async function launch(
  transaction: Transaction,
  work: GuardedWork,
  { id, confirmTimeout }: Launch,
): Promise<TransactionResult | undefined> {
  const { connection, owner } = transaction;
  try {
    const { stdout } = await connection.exec(
      launchScript(work, { id, owner, confirmTimeout }),
      (confirmTimeout + healing) * 1000,
    );
    return parseTransactionResult(stdout);
  } catch (error) {
    // The session may ride on a link that changes: what came of it is seen over the fresh connection.
    if (isTransient(error)) return undefined;
    throw error;
  }
}

function refuseUnbegun(host: string, work: TransactionWork, result: TransactionResult | undefined): void {
  if (result === undefined) return;
  const path = work.files[Number(result.words[0])]?.path ?? '';
  const printed = result.lines.join(' ');
  switch (result.outcome) {
    case 'locked': {
      const owner = printed || 'another run';
      throw new HostLockedError(
        result.words.includes('stale')
          ? `${host} is locked by a transaction of ${owner} that nothing will end: \`kvmplay guard clear\` removes the lock; nothing was changed`
          : `${host} is being changed by ${owner}; nothing was changed`,
      );
    }
    case 'conflict':
      throw new CommandError(`${path} of ${host} changed since it was read; nothing was changed`);
    case 'failed-stage':
      throw new CommandError(`${path} of ${host} cannot be written: ${printed}; nothing was changed`);
    case 'failed-backup':
      throw new CommandError(
        `/var/lib/kvmplay of ${host} cannot be written: ${printed}; nothing was changed`,
      );
    case 'failed-launch':
      throw new CommandError(`/run/kvmplay of ${host} cannot be written; nothing was changed`);
    case 'unknown':
    case 'applied':
    case 'committed':
    case 'failed-commit':
    case 'failed-step':
    case 'rolled-back':
  }
}

async function end(transaction: Transaction, id: string, way: 'commit' | 'rollback'): Promise<SurveyAnswers> {
  const { connection, facts, host } = transaction;
  const survey = () => connection.survey([toResultFact(endScript(id, way)), ...facts]);
  try {
    return await survey();
  } catch (error) {
    if (!isTransient(error)) throw error;
    // Whether it was begun is not known. If it was, the second one only waits for its end.
    const seen = await connection.withFresh(Date.now() + healing * 1000, survey);
    if (seen !== undefined) return seen;
    throw new RollbackFailedError(
      `${host} was lost during the ${way}; look at ${transactionFolder(id)} on its console`,
      {
        cause: error,
      },
    );
  }
}

async function awaitGuard(
  transaction: Transaction,
  { id, deadline, cause }: { readonly id: string; readonly deadline: number; readonly cause: string },
): Promise<never> {
  const { connection, facts, host, onPhase } = transaction;
  onPhase('rollback');
  const look = toResultFact(verifyScript(id, { forResult: 30, forProbes: 1 }));
  const seen = await connection.withFresh(deadline + healing * 1000, () =>
    connection.survey([look, ...facts]),
  );
  if (seen !== undefined) return prove(transaction, seen, { cause, details: [] });
  throw new RollbackFailedError(
    `${host} does not answer since the change: ${cause}, and none ${String(healing)} s after its guard was to undo it`,
  );
}

/** Compares the host with what it was before the change, and throws what came out. */
function prove(transaction: Transaction, after: SurveyAnswers, { cause, details, change }: Failure): never {
  const { host, facts, before } = transaction;
  const differs = answerDifferences(facts, before, after);
  if (differs.length === 0) {
    const lasting = new Set(lastingEffects(facts, before, after));
    const but = lasting.size === 0 ? '' : `, but ${[...lasting].join(', ')}`;
    throw new RolledBackError(`${cause}; ${host} is as before${but}`, { details, change });
  }
  throw new RollbackFailedError(`${cause}; ${host} is NOT as before`, {
    details: [...details, ...differs, ...toConsole(transaction.changes)],
    change,
  });
}

/** What a result that is not a success says. */
function explain(work: TransactionWork, { outcome, words, lines }: TransactionResult): Failure {
  const details = lines.map((line) => line.trim());
  switch (outcome) {
    case 'failed-step': {
      const step = findStep(work, words);
      if (step === undefined) return { cause: 'a step did not work', details };
      return { cause: `${step.text} ended with ${String(words[2])}`, details, change: step.change };
    }
    case 'failed-commit':
      return { cause: `${work.files[Number(words[0])]?.path ?? 'a file'} cannot be put in place`, details };
    case 'rolled-back': {
      const step = findStep(work, words.slice(1));
      if (step !== undefined) {
        return {
          cause: `${step.text} had not ended when the guard undid the change`,
          details: [...details, '--confirm-timeout gives it more time'],
          change: step.change,
        };
      }
      return { cause: 'the guard undid the change before it was confirmed', details };
    }
    case 'unknown':
      return { cause: 'the host forgot the change: it was restarted', details };
    case 'applied':
    case 'committed':
    case 'conflict':
    case 'failed-backup':
    case 'failed-launch':
    case 'failed-stage':
    case 'locked':
      return { cause: `the transaction is ${outcome}`, details };
  }
}

/** The command that a result names by the numbers of its change and of itself. */
function findStep(
  { changes }: TransactionWork,
  [at, place]: readonly string[],
): { readonly text: string; readonly change: Change } | undefined {
  const change = changes[Number(at ?? -1)];
  const command = change === undefined ? undefined : toCommands(change)[Number(place ?? -1)];
  if (change === undefined || command === undefined) return undefined;
  return { text: `${describeChange(change)}: \`${formatCommand(command)}\``, change };
}

const resultName = 'transaction';

function toResultFact(script: string): Fact<unknown> {
  return { name: resultName, script, parse: parseTransactionResult, after: (value) => value };
}

function resultOf(answers: SurveyAnswers): TransactionResult {
  const result = answers.get(resultName);
  if (typeof result === 'object' && result !== null && 'outcome' in result)
    return result as TransactionResult;
  throw new KvmplayError('KVMPLAY_INTERNAL', 'the survey brought no result of the transaction');
}
