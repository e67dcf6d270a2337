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

/** Seconds after the guard's time in which the host should answer again. */
const healing = 60;
/** Seconds that one exec waits for somebody who is at work on the host; then it is asked again. */
const patience = 90;
/** How often it is asked: nothing on the host depends on it. */
const asked = 10;

/** The course of one transaction on one host, from its launch to its proved end. */
export class TransactionCourse {
  readonly #host: TransactorOptions;
  readonly #transaction: Transaction;
  readonly #work: GuardedWork;
  readonly #id = newTransactionId();
  /** Seconds until the guard undoes what nobody confirmed. */
  readonly #confirmTimeout: number;
  /** Those of them beyond the usual. */
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

  /** Undefined when the session broke: it may ride on a link that changes, and a fresh connection sees what came of it. */
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

  /** The state of the host that the change was planned on. */
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
    // The answer to a commit may be lost, and the host forgets the transaction with it.
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
      // Whether it was begun is not known. If it was, the second one only waits for its end.
      const seen = await connection.withFresh(Date.now() + healing * 1000, () => this.#untilEnded(script));
      if (seen !== undefined) return seen;
      throw new RollbackFailedError(
        `${host} was lost during the ${way}; look at ${transactionFolder(this.#id)} on its console`,
        { cause: error },
      );
    }
  }

  /** No fresh connection came about in time, so the guard undoes the change. */
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

  /** Compares the host with what it was before the change, and throws what came out. */
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

  /** Asks until nobody is at work on the host any more: who comes second gets the same answer. */
  async #untilEnded(script: string): Promise<SurveyAnswers> {
    for (let count = 1; ; count += 1) {
      const answers = await this.#survey(script);
      if (count === asked || !isUnderWay(resultOf(answers).outcome)) return answers;
    }
  }

  /** Runs a script that prints a result of the transaction, and asks for all facts in the same exec. */
  async #survey(script: string): Promise<SurveyAnswers> {
    return await this.#host.connection.survey([toResultFact(script), ...this.#transaction.facts]);
  }
}

/** Begins with the time, so that the names of transactions sort by it. */
function newTransactionId(): string {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `${time}-${randomBytes(4).toString('hex')}`;
}

function isTransient(error: unknown): boolean {
  return isKvmplayError(error) && error.isTransient;
}

/** Somebody on the host is at work. */
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
