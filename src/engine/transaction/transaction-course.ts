import { randomBytes } from 'node:crypto';
import { isKvmplayError, KvmplayError, RollbackFailedError, RolledBackError } from '../../errors.ts';
import { type Fact, readAnswer, type SurveyAnswers, valueOfAnswer } from '../../model/fact.ts';
import { answerDifferences, lastingEffects } from './differences.ts';
import { lineDifferences } from './line-differences.ts';
import { explainResult, type Failure, refusalOf } from './explain-result.ts';
import { ownerSince } from './owner.ts';
import { toConsole } from './to-console.ts';
import {
  parseTransactionResult,
  type TransactionOutcome,
  type TransactionResult,
} from './transaction-result.ts';
import { endScript, launchScript, transactionFolder, verifyScript } from './transaction-script.ts';
import { transactionState } from './transaction-state.ts';
import { type GuardedWork, toWork } from './transaction-work.ts';
import type { Transaction, TransactionEnd, TransactorOptions } from './transactor.ts';

/** Seconds after the guard's deadline within which the host should answer again. */
const healing = 60;
/** Seconds that one exec waits for another process on the host; then it asks again. */
const patience = 90;
/** Number of attempts; nothing on the host depends on it. */
const asked = 10;

/** The course of one transaction on one host, from launch to proved end. */
export class TransactionCourse {
  readonly #host: TransactorOptions;
  readonly #transaction: Transaction;
  readonly #work: GuardedWork;
  readonly #id = newTransactionId();
  /** Seconds until the guard undoes an unconfirmed change. */
  readonly #confirmTimeout: number;
  /** The part of that time beyond the usual. */
  readonly #waits: number;

  constructor(host: TransactorOptions, transaction: Transaction) {
    this.#host = host;
    this.#transaction = transaction;
    const { kinds, probes } = host;
    const planned = toWork(transaction.changes, kinds.kindOf);
    const needs = kinds.needsOf(transaction.changes, transaction.before);
    const steps = [...(needs.first ?? []), ...planned.steps];
    this.#work = {
      ...planned,
      steps,
      accept: planned.files.length === 0 ? undefined : needs.accept,
      probes: steps.length === 0 ? [] : [...needs.probes, ...probes],
      snapshot: steps.length === 0 ? undefined : needs.snapshot,
    };
    this.#waits = needs.seconds + steps.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
    this.#confirmTimeout = host.confirmTimeout + this.#waits;
  }

  async run(): Promise<TransactionEnd> {
    try {
      const launched = await this.#launch();
      const refusal = launched && refusalOf(this.#host.host, this.#work, launched);
      if (refusal !== undefined) return { way: 'refused', error: refusal };
    } catch (error) {
      return { way: 'refused', error };
    }
    try {
      return await this.#confirm();
    } catch (error) {
      return { way: 'failed', error };
    }
  }

  /** Undefined if the session broke: it may depend on a link that changes, and a fresh connection sees the result. */
  async #launch(): Promise<TransactionResult | undefined> {
    const { connection, owner, onPhase } = this.#host;
    onPhase('apply');
    const identity = {
      id: this.#id,
      owner: ownerSince(owner, Date.now()),
      confirmTimeout: this.#confirmTimeout,
    };
    const timeout = (this.#confirmTimeout + healing) * 1000;
    try {
      const { stdout } = await connection.exec(
        launchScript(this.#work, identity, { generation: this.#generation() }),
        timeout,
      );
      return parseTransactionResult(stdout);
    } catch (error) {
      if (isTransient(error)) return undefined;
      throw error;
    }
  }

  /** Returns the state of the host for which the change was planned. */
  #generation(): string {
    return readAnswer(transactionState, this.#transaction.before)?.id ?? '';
  }

  async #confirm(): Promise<TransactionEnd> {
    const { connection, onPhase } = this.#host;
    onPhase('verify');
    const deadline = Date.now() + this.#confirmTimeout * 1000;
    const forProbes = Math.max(1 + this.#waits, this.#confirmTimeout - 10);
    const look = verifyScript(this.#id, { forResult: patience, forProbes });
    const seen = await connection.withFresh(deadline, () => this.#untilEnded(look));
    if (seen === undefined) return await this.#awaitGuard(deadline);
    const result = resultOf(seen);
    if (result.outcome !== 'applied') return this.#prove(seen, this.#explain(result));

    const wrong = this.#findWrong(seen);
    if (wrong !== undefined) {
      onPhase('rollback');
      return this.#prove(await this.#end('rollback'), wrong);
    }

    onPhase('commit');
    const answers = await this.#end('commit');
    const ended = resultOf(answers);
    const left = this.#transaction.replan(answers, []);
    // If the answer to a commit is lost, the host may have forgotten the transaction in the meantime.
    const isForgotten = ended.outcome === 'unknown' && left.length === 0;
    if (ended.outcome !== 'committed' && !isForgotten) return this.#prove(answers, this.#explain(ended));
    return { way: 'committed', answers, left };
  }

  #explain(result: TransactionResult): Failure {
    return explainResult(this.#work, result, this.#host.kinds);
  }

  #findWrong(seen: SurveyAnswers): Failure | undefined {
    const { replan, before, changes } = this.#transaction;
    const left = [...replan(seen, this.#work.staged), ...(this.#host.verify?.(before, seen, changes) ?? [])];
    const failed = resultOf(seen).failedProbes.map(({ number, seen: value }) => {
      const failure = this.#work.probes[number]?.failure ?? 'a probe does not pass';
      return { failure, detail: `${failure}: ${value || 'no output'}` };
    });
    const details = failed.map(({ detail }) => detail);
    if (left.length > 0) {
      return {
        cause: 'the host is not as planned after the change',
        details: [...left, ...this.#hints(left), ...details],
      };
    }
    const [first] = failed;
    return first === undefined ? undefined : { cause: `after the change ${first.failure}`, details };
  }

  #hints(left: readonly string[]): ReadonlySet<string> {
    const { kindOf } = this.#host.kinds;
    return new Set(this.#work.changes.flatMap((change) => kindOf(change).needs?.hints?.(change, left) ?? []));
  }

  async #end(way: 'commit' | 'rollback'): Promise<SurveyAnswers> {
    const { connection, host } = this.#host;
    const script = endScript(this.#id, way, patience);
    try {
      return await this.#untilEnded(script);
    } catch (error) {
      if (!isTransient(error)) throw error;
      // It is unknown whether the rollback began. If it did, a second one only waits for its end.
      const seen = await connection.withFresh(Date.now() + healing * 1000, () => this.#untilEnded(script));
      if (seen !== undefined) return seen;
      throw new RollbackFailedError(
        `${host} was lost during the ${way}; look at ${transactionFolder(this.#id)} on its console`,
        { cause: error },
      );
    }
  }

  /** No fresh connection was possible in time, so the guard undoes the change. */
  async #awaitGuard(deadline: number): Promise<never> {
    const { connection, host, onPhase } = this.#host;
    const cause = `no fresh connection within ${String(this.#confirmTimeout)} s of the change`;
    onPhase('rollback');
    const look = verifyScript(this.#id, { forResult: patience, forProbes: 1 });
    const seen = await connection.withFresh(deadline + healing * 1000, () => this.#untilEnded(look));
    if (seen !== undefined) return this.#prove(seen, { cause, details: [] });
    throw new RollbackFailedError(
      `${host} does not answer since the change: ${cause}, and none ${String(healing)} s after its guard was to undo it`,
    );
  }

  /** Compares the host with its state before the change, and throws the outcome. */
  #prove(after: SurveyAnswers, { cause, details, change }: Failure): never {
    const { host } = this.#host;
    const { facts, before } = this.#transaction;
    const { outcome, gone, come } = resultOf(after);
    if (isUnderWay(outcome)) {
      throw new RollbackFailedError(`${cause}; the transaction of ${host} is still ${outcome}`, {
        details: [...details, '`kvmplay guard list` shows when it has ended'],
        change,
      });
    }
    const differs = [...answerDifferences(facts, before, after), ...lineDifferences(gone, come)];
    if (differs.length === 0) {
      const lasting = new Set(lastingEffects(facts, before, after));
      const but = lasting.size === 0 ? '' : `, but ${[...lasting].join(', ')}`;
      throw new RolledBackError(`${cause}; ${host} is as before${but}`, { details, change });
    }
    throw new RollbackFailedError(`${cause}; ${host} is NOT as before`, {
      details: [...details, ...differs, ...toConsole(this.#work.steps)],
      change,
    });
  }

  /** Asks until no process is at work on the host. Later callers get the same answer. */
  async #untilEnded(script: string): Promise<SurveyAnswers> {
    for (let count = 1; ; count += 1) {
      const answers = await this.#survey(script);
      if (count === asked || !isUnderWay(resultOf(answers).outcome)) return answers;
    }
  }

  /** Runs a script that prints a result of the transaction, and asks all facts in the same exec. */
  async #survey(script: string): Promise<SurveyAnswers> {
    return await this.#host.connection.survey([toResultFact(script), ...this.#transaction.facts]);
  }
}

/** Begins with the time, so that transaction names sort by it. */
function newTransactionId(): string {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `${time}-${randomBytes(4).toString('hex')}`;
}

function isTransient(error: unknown): boolean {
  return isKvmplayError(error) && error.isTransient;
}

/** Returns true while a process on the host is at work. */
function isUnderWay(outcome: TransactionOutcome): boolean {
  return ['staging', 'applying', 'committing', 'rolling'].includes(outcome);
}

const resultName = 'transaction';

function toResultFact(script: string): Fact<unknown> {
  return { name: resultName, script, parse: parseTransactionResult, after: (value) => value };
}

function resultOf(answers: SurveyAnswers): TransactionResult {
  const result = valueOfAnswer(answers.get(resultName));
  if (typeof result === 'object' && result !== null && 'outcome' in result)
    return result as TransactionResult;
  throw new KvmplayError('KVMPLAY_INTERNAL', 'the survey brought no result of the transaction');
}
