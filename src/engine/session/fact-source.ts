import type { Change } from '../../model/change.ts';
import { type Fact, readAnswer, type SurveyAnswers } from '../../model/fact.ts';
import type { AnyFact } from '../../model/task.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import type { HostPhase } from '../events.ts';
import { finishCommitScript, unfinishedCommit } from '../transaction/unfinished-commit.ts';
import { KnownFacts } from './known-facts.ts';

export interface FactSourceOptions {
  readonly connection: HostConnection;
  readonly checkMode: boolean;
  /** Asked whenever other facts must be. */
  readonly beside: readonly AnyFact[];
  readonly onPhase: (phase: HostPhase) => void;
}

/** Asks a host for facts, each once, as many as possible in one exec, and keeps the answers. */
export class FactSource {
  readonly #options: FactSourceOptions;
  readonly #known = new KnownFacts();
  /** Facts of queued tasks; the next survey includes them: one exec asks for all of `Promise.all`. */
  readonly #upcoming = new Set<readonly AnyFact[]>();

  constructor(options: FactSourceOptions) {
    this.#options = options;
  }

  /** As the host gave them. */
  get answers(): SurveyAnswers {
    return this.#known.answers;
  }

  /** Facts that have an answer. */
  get answered(): readonly AnyFact[] {
    return this.#known.answered;
  }

  /** Changes that are planned and not made yet. */
  get prediction(): readonly Change[] {
    return this.#known.prediction;
  }

  /** Tells which facts a queued task will need. Returns what takes that back, for when its turn comes. */
  announce(facts: readonly AnyFact[]): () => void {
    // One that nobody else can be mistaken for: two tasks may need the same.
    const own = [...facts];
    this.#upcoming.add(own);
    return () => void this.#upcoming.delete(own);
  }

  async ask(facts: readonly AnyFact[]): Promise<void> {
    const isMissing = (fact: AnyFact): boolean => !this.#known.has(fact);
    if (!facts.some(isMissing)) return;
    const { beside, connection, onPhase } = this.#options;
    const asked = [...facts, ...beside, ...[...this.#upcoming].flat()];
    const missing = [...new Map(asked.map((fact) => [fact.name, fact])).values()].filter(isMissing);
    await this.connect();
    onPhase('survey');
    this.#known.add(missing, await this.#survey(missing, connection));
    onPhase('plan');
  }

  async connect(): Promise<void> {
    const { connection, onPhase } = this.#options;
    if (connection.isOpen) return;
    onPhase('connect');
    await connection.open();
  }

  /** The answer as it will be once the planned changes are made. */
  current<T>(fact: Fact<T>): T {
    return this.#known.current(fact);
  }

  /** Reckons with changes, after those that are planned already. */
  expect(changes: readonly Change[]): void {
    this.#known.expect(changes);
  }

  /** Starts anew from other answers. `later` are the changes that are not made yet. */
  restart(answers: SurveyAnswers, later: readonly Change[] = []): void {
    this.#known.restart(answers, later);
  }

  async #survey(facts: readonly AnyFact[], connection: HostConnection): Promise<SurveyAnswers> {
    if (!this.#known.isEmpty) return await connection.survey(facts);
    const answers = await connection.survey([unfinishedCommit, ...facts]);
    if (readAnswer(unfinishedCommit, answers) !== true || this.#options.checkMode) return answers;
    await connection.exec(finishCommitScript);
    return await connection.survey(facts);
  }
}
