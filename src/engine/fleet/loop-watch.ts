import { clearInterval, setInterval } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of one turn of the event loop from which on it is busy: what hosts answered waits meanwhile. */
const busyTurn = 100;
/** Turns after which a further host starts, however busy the loop is. */
const mostTurns = 100;
/** Milliseconds between two looks at the loop. */
const resolution = 50;

/** Watches the event loop, on which all hosts of a run wait: while it stands still nobody confirms a change. */
export class LoopWatch {
  #timer: NodeJS.Timeout | undefined;
  #seenAt = 0;
  #longest = 0;

  start(): void {
    this.#seenAt = performance.now();
    this.#timer = setInterval(() => this.#look(), resolution).unref();
  }

  /** Ends the watch. Returns the milliseconds for which the loop stood still at most. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#longest;
  }

  /** Resolves when hosts under way have had their turn: a further one must not make them wait. */
  async idle(): Promise<void> {
    for (let turns = 0; turns < mostTurns; turns += 1) {
      const begun = performance.now();
      await nextTurn();
      if (performance.now() - begun < busyTurn) return;
    }
  }

  // Not by `monitorEventLoopDelay`, which counts from its second look on.
  #look(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#seenAt - resolution);
    this.#seenAt = now;
  }
}
