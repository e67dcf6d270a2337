import type * as z from 'zod';
import type { Command } from '../model/command.ts';
import type { Fact } from '../model/fact.ts';
import type { Probe } from '../model/probe.ts';
import type { StagedFile } from '../model/staged-file.ts';
import type { AnyFact } from '../model/task.ts';
import type { Course, Verdict } from './course.ts';
import type { Change } from './index.ts';

/**
 * Everything kvmplay knows of one kind of change, `C`, of the family `All`. A missing member does not compile.
 *
 * Members are methods, because parameters of methods compare both ways. A table of all kinds is therefore a `Kind<Change, Change>` table.
 */
export type Kind<C, All> = KindMembers<C, All> & (Immediate<C> | Staged<C>);

interface KindMembers<C, All> {
  /** The schema of the change in journal and plan files. Built at first use: most runs read no file. */
  schema(): z.ZodType<C>;
  /** Describes the change in one line, for reports and errors. `+` adds, `-` removes, `~` alters. */
  describe(change: C): string;
  /** Returns the change that undoes it. Undefined: it is irreversible. This is the only place that says so. */
  inverse(change: C): All | undefined;
  /** Returns the links that the change affects. Forecast, SSH path, guests and surveys all use it. */
  touches(change: C): Touches;
  /** Returns the disruptions by the change. Absent: none. */
  judge?(change: C, course: Course): readonly Verdict[];
  /** Tells whether a host still is as it was when the change was planned. */
  drift(change: C): Drift;
  readonly needs?: Needs<C>;
}

/** A kind that takes effect when its commands run. */
interface Immediate<C> {
  compile(change: C): readonly Command[];
  /** Commands at the commit, after the files are in place. They may run twice. The commands of the inverse also undo them. */
  settle?(change: C): readonly Command[];
  readonly stage?: never;
}

/** A kind that is staged with others and takes effect at the commit. */
interface Staged<C> {
  readonly compile?: never;
  readonly settle?: never;
  stage(change: C): StagedFile;
}

export interface Touches {
  /** Links whose frames the change may disturb. Guests behind them notice. */
  readonly frames?: readonly string[];
  /** Links whose addresses or routes the change alters. SSH notices, guests do not. */
  readonly addresses?: readonly string[];
}

/** Returns the answer to a fact. */
export type Answer = <T>(fact: Fact<T>) => T;

export interface Drift {
  /** The facts that `check` and `missing` read. */
  readonly facts: readonly AnyFact[];
  /** Returns sentences about differences between the host and the state on which the change was planned. */
  check(answer: Answer, earlier: Earlier): readonly string[];
  /** For a change without an inverse: returns sentences about effects that are missing. */
  missing?(answer: Answer): readonly string[];
}

/** The state before a change in its list. */
export interface Earlier {
  readonly changes: readonly Change[];
  /** Answers of the host before the first change of the list. */
  readonly start: Answer;
}

/** Needs of a transaction with such a change, besides its commands. */
export interface Needs<C> {
  /** Checks that must pass after the change. */
  probes?(change: C): readonly Probe[];
  /** Waits beyond the usual time of a transaction. */
  waits?(change: C, course: Course): readonly Wait[];
  /** Returns sentences about remaining work if the host differs from the plan although the change was made. */
  hints?(change: C, left: readonly string[]): readonly string[];
  /** The transaction holds no other kinds, and later tasks are planned after it: its effects are unforeseeable. */
  readonly alone?: true;
  /** The change reads files when it takes effect, so files before it are committed first. */
  readonly afterFiles?: true;
}

/** One wait of a transaction. Waits for the same thing run at the same time, and the longest counts; waits for different things add up. */
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
