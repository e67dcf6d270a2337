import type { Change } from './change.ts';
import type { FakeState } from './fake-state.ts';
import type { Tool } from './tools.ts';

/** One question to a host: a script that asks, a parser that understands, and how a change alters the answer. */
export interface Fact<T> {
  readonly name: string;
  /** POSIX sh that only reads. It runs in a subshell, together with other facts, under `LC_ALL=C`. */
  readonly script: string;
  /** On a host that lacks one of these the script does not run: `parse` gets the empty output, which means "not there". */
  readonly requires?: readonly Tool[];
  /** Pure. Throws FactParseError on output it does not know. */
  parse(output: string): T;
  /** The answer as it will be once `change` is done. Pure; returns `value` itself when nothing alters. */
  after(value: T, change: Change): T;
  /** The part of the answer that a rollback must bring back; default: all of it. Lists compare in any order. */
  comparable?(value: T): unknown;
  /** What came about and no rollback takes back, as `package chrony is installed`. Default: nothing. */
  lasting?(before: T, after: T): readonly string[];
  /** The answer of a fake host. Pure. Absent: a test gives the answer by the fact's name. */
  fake?(state: FakeState): T;
}

/** Facts by the name a task gives them. */
export type FactSet = Readonly<Record<string, Fact<unknown>>>;

/** The answers to a set of facts. */
export type Answers<F> = { readonly [K in keyof F]: F[K] extends Fact<infer T> ? T : never };

/** How one fact came out on one host. An error is thrown by whoever reads the answer: a fact that nobody reads fails nothing. */
export type FactAnswer = { readonly value: unknown } | { readonly error: unknown };

/** Answers by the names of their facts. */
export type SurveyAnswers = ReadonlyMap<string, FactAnswer>;

/** The answer to a fact; undefined when nobody asked. Throws the error of a fact that failed. */
export function readAnswer<T>({ name }: Fact<T>, answers: SurveyAnswers): T | undefined {
  return valueOfAnswer(answers.get(name)) as T | undefined;
}

/** Throws the error of a fact that failed. */
export function valueOfAnswer(answer: FactAnswer | undefined): unknown {
  if (answer === undefined) return undefined;
  if ('error' in answer) throw answer.error;
  return answer.value;
}

/** The answer as changes leave it; an error stays one. */
export function answerAfter(
  fact: Fact<unknown>,
  answer: FactAnswer | undefined,
  changes: readonly Change[],
): FactAnswer {
  if (answer !== undefined && 'error' in answer) return answer;
  return { value: changes.reduce((value, change) => fact.after(value, change), answer?.value) };
}

/** Answers that are read one by one, each at its first use: an error of one is thrown there. */
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
