import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { CancelledError } from '../../errors.ts';
import { WatchedPromise } from './watched-promise.ts';

/** Who waits for a turn. */
export interface Waiting {
  /** Somebody waits for the result. */
  readonly onAwaited?: (() => void) | undefined;
  /** The run was cancelled before its turn. */
  readonly onCancelled?: (() => void) | undefined;
}

/** What a play does on one host, one thing after the other: a playbook may call several and await them later. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** Of a transaction: a playbook that catches it must not go on from there. */
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

  /** No further turn comes. */
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

  /** Waits for the turns that were taken so far. Throws the error that ended them. */
  async settled(): Promise<void> {
    await this.#queue;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** The play's function may wait for something that never comes: a run that is stopped does not wait with it. */
  async untilStopped(work: Promise<void>): Promise<void> {
    const signal = this.#signal;
    if (signal === undefined) {
      await work;
      return;
    }
    // One signal stops a whole fleet: so many listeners are no leak.
    setMaxListeners(0, signal);
    const settled = new AbortController();
    const stopped = new Promise<never>((_, reject) => {
      const stop = async (): Promise<void> => {
        // A change under way comes to its end, and a function that then ends by itself says best how.
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
