import type { Change } from './change.ts';
import type { Command } from './command.ts';

/**
 * One part of a transaction, as the host counts them: done, undone and settled as a whole. Journal and plan files hold changes; steps are compiled from them
 * when applied.
 */
export interface Step {
  /** The changes that the step brings about. Prediction, forecast, description and verification use them. */
  readonly brings: readonly Change[];
  /** Commands that do the step. The first that fails ends the transaction. */
  readonly run: readonly Command[];
  /**
   * Commands that restore the host as it was before the step, including effects of `settle`. They work whether the step was not done, half done, done or
   * already undone. A command with `unless` is left out if it has nothing to do. One that fails does not stop the others. Empty: the step cannot be undone.
   */
  readonly undo: readonly Command[];
  /** Commands at the commit, after the files are in place. They may run twice. If one fails, the files go back and `undo` runs. */
  readonly settle?: readonly Command[] | undefined;
  /** Additional seconds; the guard waits that much longer. */
  readonly seconds?: number | undefined;
  /** Disruptions that the changes themselves do not reveal. */
  readonly disrupts?: readonly StepDisruption[] | undefined;
}

/** A step's effect on users of the host. */
export interface StepDisruption {
  /** Infinity: until somebody undoes the step. */
  readonly seconds: number;
  readonly reason: string;
}
