import type { Change } from '../../model/change.ts';

/** A question before a change is planned or a command runs. */
export interface StepQuestion {
  readonly host: string;
  /** `ensureBond`; `exec` for a command of `host.exec`. */
  readonly task: string;
  readonly subject: string;
  /** Empty for a command, which may change anything. */
  readonly changes: readonly Change[];
}

/** Resolves with true to go on, or with false to skip. */
export type StepAsker = (question: StepQuestion) => Promise<boolean>;
