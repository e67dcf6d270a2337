import { setMaxListeners } from 'node:events';

import { CancelledError } from '../errors.ts';

/** The limits of a wait. */
export interface Limits {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  readonly timeoutError?: () => Error;
}

/** Registers a function that stops work when the wait is cut. It is called at once when the wait is cut already. */
export type OnCut = (stop: () => void) => void;

/** Stops the clock of a wait while the promise is pending, since a person is asked. */
export type Paused = <T>(pending: Promise<T>) => Promise<T>;

/**
 * The outcome of `work`, unless the signal or the time cuts it: then its error comes at once, however long `work` itself
 * takes to notice.
 */
export async function withLimits<T>(
  limits: Limits,
  work: (onCut: OnCut, paused: Paused) => Promise<T>,
): Promise<T> {
  const { signal, timeout, timeoutError } = limits;
  if (signal?.aborted === true) throw cancelled(signal);

  // One signal ends a whole fleet, so this many listeners are no leak.
  if (signal !== undefined) setMaxListeners(0, signal);

  const stops: (() => void)[] = [];
  let isCut = false;
  let release = (): void => undefined;
  let clock: Clock | undefined;
  const cut = new Promise<never>((_, reject) => {
    const end = (error: Error): void => {
      isCut = true;
      reject(error);
      for (const stop of stops) stop();
    };
    const onAbort = (): void => end(cancelled(signal));
    signal?.addEventListener('abort', onAbort);
    clock =
      timeout === undefined
        ? undefined
        : new Clock(timeout, () => end(timeoutError?.() ?? new CancelledError('out of time')));
    release = () => {
      clock?.stop();
      signal?.removeEventListener('abort', onAbort);
    };
  });
  const onCut: OnCut = (stop) => {
    if (isCut) stop();
    else stops.push(stop);
  };
  const paused: Paused = (pending) => clock?.paused(pending) ?? pending;

  try {
    return await Promise.race([work(onCut, paused), cut]);
  } finally {
    release();
  }
}

/** A timer that can be paused and stopped. */
class Clock {
  readonly #onEnd: () => void;
  #left: number;
  #started = 0;
  #pauses = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, onEnd: () => void) {
    this.#left = milliseconds;
    this.#onEnd = onEnd;
    this.#run();
  }

  async paused<T>(pending: Promise<T>): Promise<T> {
    if (this.#pauses++ === 0) {
      clearTimeout(this.#timer);
      this.#left -= performance.now() - this.#started;
    }
    try {
      return await pending;
    } finally {
      if (--this.#pauses === 0) this.#run();
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    if (this.#isStopped) return;
    this.#started = performance.now();
    this.#timer = setTimeout(this.#onEnd, Math.max(0, this.#left));
  }
}

/** Waits until the time is over or the wait is cut. Returns false when it was cut. */
export function sleep(milliseconds: number, onCut: OnCut): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), milliseconds);
    onCut(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

/** The time that is left for one attempt, when all attempts began at `started` and may take `limit` together. */
export function shorter(timeout: number, limit: number | undefined, started: number): number {
  if (limit === undefined) return timeout;
  return Math.max(0, Math.min(timeout, started + limit - performance.now()));
}

/** `10 s`, `250 ms` */
export function formatDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}

function cancelled(signal: AbortSignal | undefined): CancelledError {
  return new CancelledError('cancelled', { cause: signal?.reason });
}
