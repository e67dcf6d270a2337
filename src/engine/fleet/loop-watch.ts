import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of one turn of the event loop from which on it is busy: what hosts answered waits meanwhile. */
const busyTurn = 100;
/** Turns after which a further host starts, however busy the loop is. */
const mostTurns = 100;
/** Milliseconds between two looks at the loop. */
const resolution = 50;

/** Watches the event loop, on which all hosts of a run wait: while it stands still nobody confirms a change. */
export class LoopWatch {
  readonly #delay = monitorEventLoopDelay({ resolution });

  start(): void {
    this.#delay.enable();
  }

  /** Ends the watch. Returns the milliseconds for which the loop stood still at most. */
  stop(): number {
    this.#delay.disable();
    return Math.max(0, this.#delay.max / 1e6 - resolution);
  }

  /** Resolves when hosts under way have had their turn: a further one must not make them wait. */
  async idle(): Promise<void> {
    for (let turns = 0; turns < mostTurns; turns += 1) {
      const begun = performance.now();
      await nextTurn();
      if (performance.now() - begun < busyTurn) return;
    }
  }
}
