import type { Change } from '../../model/change.ts';
import type { Probe } from '../../model/probe.ts';
import type { AnyFact } from '../../model/task.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import type { HostPhase } from '../events.ts';
import type { ChangeKinds } from './change-kinds.ts';
import type { Forecaster } from './forecaster.ts';
import type { SurveyAnswers } from '../../model/fact.ts';
import { TransactionCourse } from './transaction-course.ts';

/** Options for making changes on one host. */
export interface TransactorOptions {
  /** Name of the host, for messages. */
  readonly host: string;
  readonly connection: HostConnection;
  readonly kinds: ChangeKinds;
  /** Probes besides the standard ones. Each must pass after a change if it passed before. */
  readonly probes: readonly Probe[];
  /** The run that changes the host, shown to others who find it locked. */
  readonly owner: string;
  /** In seconds. */
  readonly confirmTimeout: number;
  /** Returns sentences about unintended effects of the changes. */
  readonly verify?: Forecaster['verify'] | undefined;
  readonly onPhase: (phase: HostPhase) => void;
}

/** Changes to make together, and the known state of their host. */
export interface Transaction {
  /** Every fact asked so far, and its answer before the change. */
  readonly facts: readonly AnyFact[];
  readonly before: SurveyAnswers;
  readonly changes: readonly Change[];
  /** Plans every task again on new answers, with `staged` applied. Returns sentences about remaining work. */
  readonly replan: (answers: SurveyAnswers, staged: readonly Change[]) => readonly string[];
}

/** The end of a transaction. */
export type TransactionEnd =
  | {
      readonly way: 'committed';
      /** Answers after the commit. */
      readonly answers: SurveyAnswers;
      /** Sentences about differences from the plan that remain. */
      readonly left: readonly string[];
    }
  /** Nothing was begun and nothing changed. */
  | { readonly way: 'refused'; readonly error: unknown }
  /**
   * The transaction began and was rolled back, or should have been. The error is a RolledBackError, a RollbackFailedError, or the reason why the outcome is
   * unknown.
   */
  | { readonly way: 'failed'; readonly error: unknown };

/** Changes one host, in transactions. A play and its undo use the same one. */
export class Transactor {
  readonly #options: TransactorOptions;

  constructor(options: TransactorOptions) {
    this.#options = options;
  }

  /** The host's name. */
  get host(): string {
    return this.#options.host;
  }

  get kinds(): ChangeKinds {
    return this.#options.kinds;
  }

  /** Asks the host for facts. */
  async survey(facts: readonly AnyFact[]): Promise<SurveyAnswers> {
    this.#options.onPhase('survey');
    return await this.#options.connection.survey(facts);
  }

  /** Applies changes, verifies them over a fresh connection and commits. Otherwise the host rolls back, and that is proved. */
  async run(transaction: Transaction): Promise<TransactionEnd> {
    const course = new TransactionCourse(this.#options, transaction);
    return await this.uninterrupted(() => course.run());
  }

  /** Makes a cancelled run wait until `work` ends. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T> {
    return this.#options.connection.uninterrupted(work);
  }
}
