import type { Change } from '../../model/change.ts';
import type { Probe } from '../../model/probe.ts';
import type { AnyFact } from '../../model/task.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import type { HostPhase } from '../events.ts';
import type { ChangeKinds } from './change-kinds.ts';
import type { Forecaster } from './forecaster.ts';
import type { SurveyAnswers } from '../../model/fact.ts';
import { TransactionCourse } from './transaction-course.ts';

/** How changes of one host are made, whichever they are. */
export interface TransactorOptions {
  /** Name of the host, for messages. */
  readonly host: string;
  readonly connection: HostConnection;
  readonly kinds: ChangeKinds;
  /** What must hold after a change, if it held before, besides the standard probes. */
  readonly probes: readonly Probe[];
  /** Who changes the host, for the next who finds it locked. */
  readonly owner: string;
  /** Seconds. */
  readonly confirmTimeout: number;
  /** Sentences about what the changes should have left alone. */
  readonly verify?: Forecaster['verify'] | undefined;
  readonly onPhase: (phase: HostPhase) => void;
}

/** Changes to be made together, and what is known of their host. */
export interface Transaction {
  /** Every fact the host was asked so far, and its answers before the change. */
  readonly facts: readonly AnyFact[];
  readonly before: SurveyAnswers;
  readonly changes: readonly Change[];
  /** Plans every task again on new answers with `staged` folded in: sentences about what is left to do. */
  readonly replan: (answers: SurveyAnswers, staged: readonly Change[]) => readonly string[];
}

/** How a transaction ended. */
export type TransactionEnd =
  | {
      readonly way: 'committed';
      /** The answers after the commit. */
      readonly answers: SurveyAnswers;
      /** Sentences about what is not as planned all the same. */
      readonly left: readonly string[];
    }
  /** Nothing was begun, so nothing was changed. */
  | { readonly way: 'refused'; readonly error: unknown }
  /** It was begun and undone, or should have been: RolledBackError, RollbackFailedError, or what kept us from finding out. */
  | { readonly way: 'failed'; readonly error: unknown };

/** Changes one host, in transactions. A play and the undo of a play work through the same one. */
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

  /** What the host answers now. */
  async survey(facts: readonly AnyFact[]): Promise<SurveyAnswers> {
    this.#options.onPhase('survey');
    return await this.#options.connection.survey(facts);
  }

  /** Applies, verifies over a fresh connection, and commits; or has the host roll back and proves it. */
  async run(transaction: Transaction): Promise<TransactionEnd> {
    const course = new TransactionCourse(this.#options, transaction);
    return await this.uninterrupted(() => course.run());
  }

  /** From here to the end of `work` a cancelled run waits. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T> {
    return this.#options.connection.uninterrupted(work);
  }
}
