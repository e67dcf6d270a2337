import type { Change } from '../../model/change.ts';
import {
  answerAfter,
  type Fact,
  type FactAnswer,
  type SurveyAnswers,
  valueOfAnswer,
} from '../../model/fact.ts';
import type { AnyFact } from '../../model/task.ts';

/** The facts known about a host: its answers, with planned changes applied on every read. */
export class KnownFacts {
  readonly #facts = new Map<string, AnyFact>();
  #answers: Map<string, FactAnswer> = new Map();
  #prediction: Change[] = [];
  /** Cached reads, with the number of changes they include. */
  #folded = new Map<string, { readonly count: number; readonly answer: FactAnswer }>();

  /** Answers as the host gave them. */
  get answers(): SurveyAnswers {
    return this.#answers;
  }

  /** Changes that are planned and not yet made. */
  get prediction(): readonly Change[] {
    return this.#prediction;
  }

  /** True if the host was not asked anything yet. */
  get isEmpty(): boolean {
    return this.#facts.size === 0;
  }

  /** Facts with an answer. */
  get answered(): readonly AnyFact[] {
    // `exec` drops the answers it may have changed.
    return [...this.#facts.values()].filter((fact) => this.has(fact));
  }

  has({ name }: AnyFact): boolean {
    return this.#answers.has(name);
  }

  add(facts: readonly AnyFact[], answers: SurveyAnswers): void {
    for (const fact of facts) {
      this.#facts.set(fact.name, fact);
      this.#answers.set(fact.name, answers.get(fact.name) ?? { value: undefined });
    }
  }

  /** Adds changes to the prediction. */
  expect(changes: readonly Change[]): void {
    this.#prediction.push(...changes);
  }

  /** Starts again from other answers. `later` are the changes not yet made. */
  restart(answers: SurveyAnswers, later: readonly Change[] = []): void {
    this.#answers = new Map(answers);
    this.#folded = new Map();
    this.#prediction = [...later];
  }

  /** Returns the answer as the planned changes will leave it. Throws the error of a fact that failed. */
  current<T>(fact: Fact<T>): T {
    const known = this.#folded.get(fact.name);
    const answer = answerAfter(
      fact,
      known?.answer ?? this.#answers.get(fact.name),
      this.#prediction.slice(known?.count ?? 0),
    );
    this.#folded.set(fact.name, { count: this.#prediction.length, answer });
    return valueOfAnswer(answer) as T;
  }
}
