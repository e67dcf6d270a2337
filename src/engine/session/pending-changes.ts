import { CommandError, PlanError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import { describeDisruption, type Disruption, exceeds, type Forecast } from '../../model/forecast.ts';
import type { AnyFact } from '../../model/task.ts';
import type { Forecaster } from '../transaction/forecaster.ts';
import type { SurveyAnswers } from '../../model/fact.ts';
import { toTransactions } from '../transaction/to-transactions.ts';
import type { Transactor } from '../transaction/transactor.ts';
import type { FactSource } from './fact-source.ts';
import type { TaskRecord } from './task-record.ts';
import type { Turns } from './turns.ts';

/** A committed transaction. */
export interface DoneTransaction {
  readonly changes: readonly Change[];
  /** The facts and answers of the host before the change. */
  readonly facts: readonly AnyFact[];
  readonly before: SurveyAnswers;
}

export interface PendingChangesOptions {
  /** Name of the host, for messages. */
  readonly host: string;
  readonly facts: FactSource;
  readonly turns: Turns;
  readonly transactor: Transactor;
  readonly forecaster?: Forecaster | undefined;
  readonly maxDisruption?: Disruption | undefined;
  readonly onForecast: (forecast: Forecast) => void;
  /** Called as soon as a transaction is committed. */
  readonly onDone: (changes: readonly Change[]) => void;
}

/** Changes that tasks have planned on a host and that are not yet made. */
export class PendingChanges {
  /** Forecasts of all transactions, including those that did not begin. */
  readonly forecasts: Forecast[] = [];
  /** Committed transactions, in order. */
  readonly done: DoneTransaction[] = [];
  readonly #options: PendingChangesOptions;
  #records: TaskRecord[] = [];

  constructor(options: PendingChangesOptions) {
    this.#options = options;
  }

  add(record: TaskRecord): void {
    this.#records.push(record);
    this.#options.facts.expect(record.changes);
  }

  /** Forecasts and makes the changes, one transaction after the other. Throws the error of the first that fails, and ends the turns. */
  async apply(): Promise<void> {
    const { facts, transactor, turns } = this.#options;
    if (facts.prediction.length === 0) return;
    turns.throwIfOver();
    this.foretell();
    const transactions = toTransactions(facts.prediction, transactor.kinds.kindOf);
    for (const [index, changes] of transactions.entries()) {
      turns.throwIfOver();
      const later = transactions.slice(index + 1).flat();
      facts.restart(await this.#commit(changes, later), later);
    }
    this.#records = [];
  }

  /** Forecasts the disruption. Throws PlanError if it exceeds the limit. */
  foretell(): void {
    const { host, facts, transactor, forecaster, maxDisruption, onForecast } = this.#options;
    const { answers, prediction } = facts;
    if (forecaster === undefined || prediction.length === 0) return;
    const { first = [] } = transactor.kinds.needsOf(prediction, answers);
    const others = first.flatMap(({ disrupts = [] }) => disrupts);
    const forecast = forecaster.forecast(prediction, answers, others);
    this.forecasts.push(forecast);
    onForecast(forecast);
    if (maxDisruption === undefined || !exceeds(forecast, maxDisruption)) return;
    const [worst = '', ...details] = forecast.reasons;
    throw new PlanError(
      `the disruption of ${host} would be ${describeDisruption(forecast)} (${worst}), it should be at most ${maxDisruption}`,
      { details },
    );
  }

  /** Drops all answers, after a command that may have changed anything. */
  forget(): void {
    this.#options.facts.restart(new Map());
    this.#records = [];
  }

  /** Makes the changes of one transaction. `later` are those of the transactions that follow. */
  async #commit(changes: readonly Change[], later: readonly Change[]): Promise<SurveyAnswers> {
    const { host, facts: source, transactor, turns, onDone } = this.#options;
    const records = this.#records;
    const { answers: before, answered: facts } = source;
    const end = await transactor.run({
      facts,
      before,
      changes,
      replan: (seen, staged) => {
        const prediction = [...staged, ...later];
        return records.flatMap((record) => record.remainder(seen, { prediction, kinds: transactor.kinds }));
      },
    });
    if (end.way === 'committed') {
      for (const record of records) record.commit(changes);
      onDone(changes);
      this.done.push({ changes, facts, before });
      if (end.left.length === 0) return end.answers;
    }
    if (end.way === 'refused') for (const record of records) record.refuse(changes, end.error);
    if (end.way === 'failed') for (const record of records) record.rollBack(changes, end.error);
    const error =
      end.way === 'committed'
        ? new CommandError(`${host} is not as planned after the commit: ${end.left.join('; ')}`)
        : end.error;
    turns.end(error);
    throw error;
  }
}
