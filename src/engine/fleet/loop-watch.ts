import { clearInterval, setInterval } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of one event loop turn above which the loop counts as busy: answers of hosts wait that long. */
const busyTurn = 100;
/** Number of turns after which a further host starts, even if the loop is busy. */
const mostTurns = 100;
/** Milliseconds between two measurements. */
const resolution = 50;

/** Measures how long the event loop is blocked. All hosts of a run share the loop; while it is blocked no change is confirmed. */
export class LoopWatch {
  #timer: NodeJS.Timeout | undefined;
  #seenAt = 0;
  #longest = 0;

  start(): void {
    this.#seenAt = performance.now();
    this.#timer = setInterval(() => this.#look(), resolution).unref();
  }

  /** Ends the measurement. Returns the longest time in milliseconds for which the loop was blocked. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#longest;
  }

  /** Resolves when the hosts in progress have been served, so that a further host does not delay them. */
  async idle(): Promise<void> {
    for (let turns = 0; turns < mostTurns; turns += 1) {
      const begun = performance.now();
      await nextTurn();
      if (performance.now() - begun < busyTurn) return;
    }
  }

  // `monitorEventLoopDelay` is no alternative: it counts only from its second measurement on.
  #look(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#seenAt - resolution);
    this.#seenAt = now;
  }
}
