import type { Change } from './change.ts';

/** One question to a host: a script that asks, a parser that understands, and how a change alters the answer. */
export interface Fact<T> {
  readonly name: string;
  /** POSIX sh that only reads. It runs in a subshell, together with other facts, under `LC_ALL=C`. */
  readonly script: string;
  /** Pure. Throws FactParseError on output it does not know. */
  parse(output: string): T;
  /** The answer as it will be once `change` is done. Pure; returns `value` itself when nothing alters. */
  after(value: T, change: Change): T;
  /** The part of the answer that a rollback must bring back; default: all of it. Lists compare in any order. */
  comparable?(value: T): unknown;
  /** What came about and no rollback takes back, as `package chrony is installed`. Default: nothing. */
  lasting?(before: T, after: T): readonly string[];
}

/** Facts by the name a task gives them. */
export type FactSet = Readonly<Record<string, Fact<unknown>>>;

/** The answers to a set of facts. */
export type Answers<F> = { readonly [K in keyof F]: F[K] extends Fact<infer T> ? T : never };
