import type { Change } from '../../model/change.ts';
import { type Fact, readAnswer, type SurveyAnswers } from '../../model/fact.ts';
import type { AnyFact } from '../../model/task.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import type { HostPhase } from '../events.ts';
import { settledSurvey } from '../transaction/settled-survey.ts';
import { transactionState } from '../transaction/transaction-state.ts';
import { outdatedError } from '../transaction/explain-result.ts';
import { KnownFacts } from './known-facts.ts';

export interface FactSourceOptions {
  /** Name of the host, for messages. */
  readonly host: string;
  readonly connection: HostConnection;
  readonly checkMode: boolean;
  /** Facts that every survey includes. */
  readonly beside: readonly AnyFact[];
  readonly onPhase: (phase: HostPhase) => void;
}

/** Asks a host for facts, each once and as many as possible in one exec, and keeps the answers. */
export class FactSource {
  readonly #options: FactSourceOptions;
  readonly #known = new KnownFacts();
  /** Facts of queued tasks; the next survey includes them: one exec asks for all of `Promise.all`. */
  readonly #upcoming = new Set<readonly AnyFact[]>();

  constructor(options: FactSourceOptions) {
    this.#options = options;
  }

  /** Answers as the host gave them. */
  get answers(): SurveyAnswers {
    return this.#known.answers;
  }

  /** Facts with an answer. */
  get answered(): readonly AnyFact[] {
    return this.#known.answered;
  }

  /** Changes that are planned and not yet made. */
  get prediction(): readonly Change[] {
    return this.#known.prediction;
  }

  /** Announces the facts of a queued task. Returns a function that withdraws them, for when its turn comes. */
  announce(facts: readonly AnyFact[]): () => void {
    // A copy, since two tasks may announce the same list.
    const own = [...facts];
    this.#upcoming.add(own);
    return () => void this.#upcoming.delete(own);
  }

  async ask(facts: readonly AnyFact[]): Promise<void> {
    const isMissing = (fact: AnyFact): boolean => !this.#known.has(fact);
    if (!facts.some(isMissing)) return;
    const { beside, onPhase } = this.#options;
    const asked = [...facts, ...beside, ...[...this.#upcoming].flat()];
    const missing = [...new Map(asked.map((fact) => [fact.name, fact])).values()].filter(isMissing);
    await this.connect();
    onPhase('survey');
    this.#known.add([transactionState, ...missing], await this.#survey(missing));
    onPhase('plan');
  }

  async connect(): Promise<void> {
    const { connection, onPhase } = this.#options;
    if (connection.isOpen) return;
    onPhase('connect');
    await connection.open();
  }

  /** Returns the answer as the planned changes will leave it. */
  current<T>(fact: Fact<T>): T {
    return this.#known.current(fact);
  }

  /** Adds changes to the prediction. */
  expect(changes: readonly Change[]): void {
    this.#known.expect(changes);
  }

  /** Starts again from other answers. `later` are the changes not yet made. */
  restart(answers: SurveyAnswers, later: readonly Change[] = []): void {
    this.#known.restart(answers, later);
  }

  async #survey(facts: readonly AnyFact[]): Promise<SurveyAnswers> {
    const { host, connection, checkMode } = this.#options;
    const isFirst = this.#known.isEmpty;
    const answers = await settledSurvey(facts, { host, connection, checkMode, isFirst });
    const [was, is] = [this.#known.answers, answers].map((known) => readAnswer(transactionState, known)?.id);
    // Answers of different states make no plan.
    if (was !== undefined && was !== is) throw outdatedError(host);
    return answers;
  }
}
