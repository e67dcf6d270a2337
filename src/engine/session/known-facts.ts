import type { Change } from '../../model/change.ts';
import {
  answerAfter,
  type Fact,
  type FactAnswer,
  type SurveyAnswers,
  valueOfAnswer,
} from '../../model/fact.ts';
import type { AnyFact } from '../../model/task.ts';

/** What is known of a host: what it answered, with the changes that are planned folded in on every read. */
export class KnownFacts {
  readonly #facts = new Map<string, AnyFact>();
  #answers: Map<string, FactAnswer> = new Map();
  #prediction: Change[] = [];
  /** What reads came to, with the number of changes folded in. */
  #folded = new Map<string, { readonly count: number; readonly answer: FactAnswer }>();

  /** As the host gave them. */
  get answers(): SurveyAnswers {
    return this.#answers;
  }

  /** Changes that are planned and not made yet. */
  get prediction(): readonly Change[] {
    return this.#prediction;
  }

  /** The host was asked nothing yet. */
  get isEmpty(): boolean {
    return this.#facts.size === 0;
  }

  /** Those that have an answer. */
  get answered(): readonly AnyFact[] {
    // What a command may have changed since it was asked has none.
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

  /** Reckons with changes, after those that are planned already. */
  expect(changes: readonly Change[]): void {
    this.#prediction.push(...changes);
  }

  /** Starts anew from other answers. `later` are the changes that are not made yet. */
  restart(answers: SurveyAnswers, later: readonly Change[] = []): void {
    this.#answers = new Map(answers);
    this.#folded = new Map();
    this.#prediction = [...later];
  }

  /** The answer as it will be once the planned changes are made. Throws the error of a fact that failed. */
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
