import type { Change } from '../../model/change.ts';
import type { Command } from '../../model/command.ts';
import type { Probe } from '../../model/probe.ts';
import type { StagedFile } from '../../model/staged-file.ts';
import type { SurveyAnswers } from '../../model/fact.ts';
import type { Step } from '../../model/step.ts';

/** What the engine knows of changes, all of which it is handed: it names no kind. */
export interface ChangeKinds {
  readonly kindOf: (change: Change) => ChangeKind;
  /** What a transaction of changes needs. `answers` are those before it. */
  readonly needsOf: (changes: readonly Change[], answers: SurveyAnswers) => TransactionNeeds;
  /** What would lose its ground to changes that do not say so. */
  readonly occupantsOf: (changes: readonly Change[], answers: SurveyAnswers) => readonly Occupant[];
}

/** What the engine knows of one kind of change. */
export interface ChangeKind {
  /** One line, for reports and errors. */
  describe(change: Change): string;
  /** Undefined: nothing takes the change back. */
  inverse(change: Change): Change | undefined;
  /** Absent: the change is a file's, staged until the commit. */
  compile?(change: Change): readonly Command[];
  /** Runs at the commit, once the files are in place. The commands of the inverse take it back, too. */
  settle?(change: Change): readonly Command[];
  stage?(change: Change): StagedFile;
  readonly needs?: {
    hints?(change: Change, left: readonly string[]): readonly string[];
    readonly alone?: true;
    readonly afterFiles?: true;
  };
}

/** What a transaction needs besides the commands of its changes. */
export interface TransactionNeeds {
  /** What must hold after it. */
  readonly probes: readonly Probe[];
  /** Seconds that it takes beyond the usual. */
  readonly seconds: number;
  /** What is done before the first of them. */
  readonly first?: readonly Step[] | undefined;
  /** Asks those who read the files that the commit put in place whether they take them. */
  readonly accept?: readonly Command[] | undefined;
  /** POSIX sh that prints, a line each, what a rollback must bring back besides the facts. It prints the same while nobody changes anything. */
  readonly snapshot?: string | undefined;
}

export interface Occupant {
  /** `br0` */
  readonly link: string;
  /** `port vnet3` */
  readonly occupant: string;
}
