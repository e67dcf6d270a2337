import type { Change } from '../../model/change.ts';

/** What is about to be planned in, or to run. */
export interface StepQuestion {
  readonly host: string;
  /** `ensureBond`; `exec` for a command of `host.exec`. */
  readonly task: string;
  readonly subject: string;
  /** Empty: it is a command, which may change anything. */
  readonly changes: readonly Change[];
}

/** Whether to go on with it; otherwise it is skipped. */
export type StepAsker = (question: StepQuestion) => Promise<boolean>;
