import type { Change } from './change.ts';
import type { FakeState } from './fake-state.ts';
import type { Tool } from './tools.ts';

/** One question to a host: a script that asks, a parser for its output, and the effect of a change on the answer. */
export interface Fact<T> {
  readonly name: string;
  /** POSIX sh that only reads. It runs in a subshell, together with other facts, under `LC_ALL=C`. */
  readonly script: string;
  /** Tools without which the script does not run: `parse` then gets an empty output, which means "not there". */
  readonly requires?: readonly Tool[];
  /** Parses the output. Pure. Throws FactParseError on unknown output. */
  parse(output: string): T;
  /** Returns the answer after `change`. Pure. Returns `value` itself if the change does not affect it. */
  after(value: T, change: Change): T;
  /**
   * Returns the part of the answer that a rollback must restore. `other` is the answer it is compared with. Default: all of
   * it. Lists compare in any order.
   */
  comparable?(value: T, other?: T): unknown;
  /** Describes effects that no rollback removes, such as `package chrony is installed`. Default: none. */
  lasting?(before: T, after: T): readonly string[];
  /** Answers for a fake host. Pure. Absent: a test supplies the answer under the fact's name. */
  fake?(state: FakeState): T;
}

/** Facts by the name a task gives them. */
export type FactSet = Readonly<Record<string, Fact<unknown>>>;

/** The answers to a set of facts. */
export type Answers<F> = { readonly [K in keyof F]: F[K] extends Fact<infer T> ? T : never };

/** The answer to one fact of one host. An error is thrown when somebody reads the answer, so a fact that nobody reads fails nothing. */
export type FactAnswer = { readonly value: unknown } | { readonly error: unknown };

/** Answers by the names of their facts. */
export type SurveyAnswers = ReadonlyMap<string, FactAnswer>;

/** Returns the answer to a fact, or undefined if nobody asked for it. Throws the error of a fact that failed. */
export function readAnswer<T>({ name }: Fact<T>, answers: SurveyAnswers): T | undefined {
  return valueOfAnswer(answers.get(name)) as T | undefined;
}

/** Returns the value of an answer. Throws the error of a fact that failed. */
export function valueOfAnswer(answer: FactAnswer | undefined): unknown {
  if (answer === undefined) return undefined;
  if ('error' in answer) throw answer.error;
  return answer.value;
}

/** Returns the answer after the changes; an error stays an error. */
export function answerAfter(
  fact: Fact<unknown>,
  answer: FactAnswer | undefined,
  changes: readonly Change[],
): FactAnswer {
  if (answer !== undefined && 'error' in answer) return answer;
  return { value: changes.reduce((value, change) => fact.after(value, change), answer?.value) };
}

/** Wraps answers so that each is read at its first use. The error of a fact is thrown at that moment. */
export function lazyAnswers<F>(
  facts: FactSet,
  read: (fact: Fact<unknown>, key: string) => unknown,
): Answers<F> {
  const answers = {};
  for (const [key, fact] of Object.entries(facts)) {
    Object.defineProperty(answers, key, {
      enumerable: true,
      configurable: true,
      get: () => {
        const value = read(fact, key);
        Object.defineProperty(answers, key, { value, enumerable: true });
        return value;
      },
    });
  }
  return answers as Answers<F>;
}
