import type { Change } from './change.ts';
import type { Command } from './command.ts';

/**
 * One part of a transaction, as the host counts them: it is made, undone and settled as a whole. Journal and plan files hold
 * changes; steps are compiled from them when they are applied.
 */
export interface Step {
  /** The changes that come about by it: prediction, forecast, description and verification are theirs. */
  readonly brings: readonly Change[];
  /** Makes it. The first command that fails ends the transaction. */
  readonly run: readonly Command[];
  /**
   * Takes it back, and what `settle` did: the host is then as before the step, whether the step was not made, half made, made
   * or undone already. A command with `unless` is left out where it has nothing to do. One that fails stops none of the
   * others. Empty: nothing takes it back.
   */
  readonly undo: readonly Command[];
  /** Runs at the commit, once the files are in place; it may run twice. When one fails, the files go back and `undo` runs. */
  readonly settle?: readonly Command[] | undefined;
  /** Seconds that it takes beyond the usual; the guard waits that much longer. */
  readonly seconds?: number | undefined;
  /** Disruptions that its changes do not tell. */
  readonly disrupts?: readonly StepDisruption[] | undefined;
}

/** What a step does to those who use the host. */
export interface StepDisruption {
  /** Infinity: it does not end by itself. */
  readonly seconds: number;
  readonly reason: string;
}
