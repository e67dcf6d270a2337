import type * as z from 'zod';
import type { Command } from '../model/command.ts';
import type { Fact } from '../model/fact.ts';
import type { Probe } from '../model/probe.ts';
import type { StagedFile } from '../model/staged-file.ts';
import type { AnyFact } from '../model/task.ts';
import type { Course, Verdict } from './course.ts';
import type { Change } from './index.ts';

/**
 * What kvmplay must know of one kind of change `C` of the family `All`. A member that is missing does not compile.
 *
 * Members are methods, whose parameters compare both ways: so a table of all kinds is a table of `Kind<Change, Change>`.
 */
export type Kind<C, All> = KindMembers<C, All> & (Immediate<C> | Staged<C>);

interface KindMembers<C, All> {
  /** The change as journal and plan files hold it. Made when first asked for: most runs read no file. */
  schema(): z.ZodType<C>;
  /** One line for reports and errors. `+` is there afterwards, `-` is gone, `~` is altered. */
  describe(change: C): string;
  /** The change that takes it back. Undefined: nothing does, and nowhere else is that said. */
  inverse(change: C): All | undefined;
  /** The links that it has to do with. Forecast, way of SSH, guests and a survey that lacks the links all ask here. */
  touches(change: C): Touches;
  /** What it disrupts. Absent: nothing. */
  judge?(change: C, course: Course): readonly Verdict[];
  /** Tells whether a host is as the change was planned on. */
  drift(change: C): Drift;
  readonly needs?: Needs<C>;
}

/** Takes effect when its commands run. */
interface Immediate<C> {
  compile(change: C): readonly Command[];
  /** Runs at the commit, once the files are in place; it may run twice. The commands of the inverse take it back, too. */
  settle?(change: C): readonly Command[];
  readonly stage?: never;
}

/** Is staged with the other changes and takes effect at the commit. */
interface Staged<C> {
  readonly compile?: never;
  readonly settle?: never;
  stage(change: C): StagedFile;
}

export interface Touches {
  /** Links whose frames it may disturb: guests behind them notice. */
  readonly frames?: readonly string[];
  /** Links whose addresses or routes it alters: guests do not notice, SSH does. */
  readonly addresses?: readonly string[];
}

/** Reads the answer to a fact. */
export type Answer = <T>(fact: Fact<T>) => T;

export interface Drift {
  /** The facts that tell it. */
  readonly facts: readonly AnyFact[];
  /** Sentences: where the change would not find what it was planned on. */
  check(answer: Answer, earlier: Earlier): readonly string[];
  /** Of a change without an inverse: what it was to bring about and is not so. */
  missing?(answer: Answer): readonly string[];
}

/** What comes before a change in its list. */
export interface Earlier {
  readonly changes: readonly Change[];
  /** Answers of the host before the first of them. */
  readonly start: Answer;
}

/** What a transaction with such a change needs besides its commands. */
export interface Needs<C> {
  /** What must hold after it. */
  probes?(change: C): readonly Probe[];
  /** What it waits for beyond the usual time of a transaction. */
  waits?(change: C, course: Course): readonly Wait[];
  /** What is left to do when a host is not as planned although the change was made, as sentences. */
  hints?(change: C, left: readonly string[]): readonly string[];
  /** Its transaction holds no other kinds, and what comes later is planned once it is made: it brings what nobody foresees. */
  readonly alone?: true;
  /** It reads files when it takes effect, so those before it are committed first. */
  readonly afterFiles?: true;
}

/** Waits for the same thing go on at the same time, and the longest counts; those for different things add up. */
export interface Wait {
  readonly for: string;
  readonly seconds: number;
}

/** Every kind of a family. */
export type Family<C extends { readonly kind: string }> = {
  readonly [K in C['kind']]: Kind<Extract<C, { readonly kind: K }>, C>;
};

/** The changes of a family. */
export type ChangeOf<F> = F extends Family<infer C> ? C : never;
