import type { Change } from '../../model/change.ts';
import type { Command } from '../../model/command.ts';
import type { Probe } from '../../model/probe.ts';
import type { StagedFile } from '../../model/staged-file.ts';
import type { SurveyAnswers } from '../../model/fact.ts';
import type { Step } from '../../model/step.ts';

/** Handlers of changes, passed in from outside: the engine itself names no kind of change. */
export interface ChangeKinds {
  readonly kindOf: (change: Change) => ChangeKind;
  /** Returns the needs of a transaction. `answers` describe the host before it. */
  readonly needsOf: (changes: readonly Change[], answers: SurveyAnswers) => TransactionNeeds;
  /** Returns links that would lose the link they stand on although no change lists that. */
  readonly occupantsOf: (changes: readonly Change[], answers: SurveyAnswers) => readonly Occupant[];
}

/** Handlers of one kind of change. */
export interface ChangeKind {
  /** Describes a change in one line, for reports and errors. */
  describe(change: Change): string;
  /** Undefined: the change is irreversible. */
  inverse(change: Change): Change | undefined;
  /** Absent: the change concerns a file and is staged until the commit. */
  compile?(change: Change): readonly Command[];
  /** Commands at the commit, after the files are in place. The commands of the inverse also undo them. */
  settle?(change: Change): readonly Command[];
  stage?(change: Change): StagedFile;
  readonly needs?: {
    hints?(change: Change, left: readonly string[]): readonly string[];
    readonly alone?: true;
    readonly afterFiles?: true;
  };
}

/** Needs of a transaction besides the commands of its changes. */
export interface TransactionNeeds {
  /** Checks that must pass after the transaction. */
  readonly probes: readonly Probe[];
  /** Time in addition to the usual, in seconds. */
  readonly seconds: number;
  /** Steps before the first change. */
  readonly first?: readonly Step[] | undefined;
  /** Commands by which the readers of the committed files accept or refuse them. */
  readonly accept?: readonly Command[] | undefined;
  /** POSIX sh that prints, one per line, the state that a rollback must restore besides the facts. Its output stays the same while nobody changes anything. */
  readonly snapshot?: string | undefined;
}

export interface Occupant {
  /** `br0` */
  readonly link: string;
  /** `port vnet3` */
  readonly occupant: string;
}
