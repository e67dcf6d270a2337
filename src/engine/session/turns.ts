import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { CancelledError } from '../../errors.ts';
import { WatchedPromise } from './watched-promise.ts';

/** A task that waits for its turn. */
export interface Waiting {
  /** Called when somebody awaits the result. */
  readonly onAwaited?: (() => void) | undefined;
  /** Called if the run is cancelled before the turn. */
  readonly onCancelled?: (() => void) | undefined;
}

/** Serializes the work of a play on one host. A playbook may start several tasks and await them later. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** The error of a failed transaction. A playbook that catches it must not continue. */
  #failure: { readonly error: unknown } | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  take<T>(work: () => Promise<T>, { onAwaited, onCancelled }: Waiting = {}): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#isCancelled()) onCancelled?.();
      this.throwIfOver();
      return work();
    });
    this.#queue = result.catch(() => undefined);
    return new WatchedPromise(result, () => onAwaited?.());
  }

  /** Ends the queue: no further turn comes. */
  end(error: unknown): void {
    this.#failure = { error };
  }

  isEndedBy(error: unknown): boolean {
    return this.#failure !== undefined && this.#failure.error === error;
  }

  throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isCancelled()) throw new CancelledError();
  }

  /** Waits for the turns taken so far. Throws the error that ended them. */
  async settled(): Promise<void> {
    await this.#queue;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** The play's function may wait forever; a stopped run does not wait for it. */
  async untilStopped(work: Promise<void>): Promise<void> {
    const signal = this.#signal;
    if (signal === undefined) {
      await work;
      return;
    }
    // One signal stops a whole fleet, so many listeners are no leak.
    setMaxListeners(0, signal);
    const settled = new AbortController();
    const stopped = new Promise<never>((_, reject) => {
      const stop = async (): Promise<void> => {
        // A running change finishes first. A function that then ends by itself gives the best error.
        await this.#queue;
        await setImmediate();
        reject(this.#failure === undefined ? new CancelledError() : (this.#failure.error as Error));
      };
      signal.addEventListener('abort', () => void stop(), { once: true, signal: settled.signal });
    });
    try {
      await Promise.race([work, stopped]);
    } finally {
      settled.abort();
    }
  }

  #isCancelled(): boolean {
    return this.#signal?.aborted === true;
  }
}
