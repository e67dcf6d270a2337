import { setMaxListeners } from 'node:events';

import { CancelledError } from '../errors.ts';

/** What can cut a wait short. */
export interface Limits {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  readonly timeoutError?: () => Error;
}

/** Hands over what must be stopped when the wait is cut; stopped at once when it was cut already. */
export type OnCut = (stop: () => void) => void;

/** Stops the time while a person is asked, and returns what lets it run on. */
export type StopClock = () => () => void;

/**
 * The outcome of `work`, unless the signal or the time cuts it: then its error comes at once, however long `work` itself
 * takes to notice.
 */
export async function withLimits<T>(
  limits: Limits,
  work: (onCut: OnCut, stopClock: StopClock) => Promise<T>,
): Promise<T> {
  const { signal, timeout, timeoutError } = limits;
  if (signal?.aborted === true) throw cancelled(signal);

  // One signal cuts a whole fleet short: so many listeners are no leak.
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
    if (timeout !== undefined) {
      clock = new Clock(timeout, () => end(timeoutError?.() ?? new CancelledError('out of time')));
    }
    release = () => {
      clock?.stop();
      signal?.removeEventListener('abort', onAbort);
    };
  });
  const onCut: OnCut = (stop) => {
    if (isCut) stop();
    else stops.push(stop);
  };

  try {
    return await Promise.race([work(onCut, () => clock?.pause() ?? (() => undefined)), cut]);
  } finally {
    release();
  }
}

/** A timer that can be held up. */
class Clock {
  readonly #onEnd: () => void;
  #left: number;
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #isStopped = false;

  constructor(milliseconds: number, onEnd: () => void) {
    this.#left = milliseconds;
    this.#onEnd = onEnd;
    this.#run();
  }

  pause(): () => void {
    clearTimeout(this.#timer);
    this.#left -= performance.now() - this.#since;
    return () => this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    if (this.#isStopped) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#onEnd, Math.max(this.#left, 0));
  }
}

/** Waits, but no longer than until the cut. Tells whether the time was had. */
export function sleep(milliseconds: number, onCut: OnCut): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), milliseconds);
    onCut(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

/** `10 s`, `250 ms` */
export function formatDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}

function cancelled(signal: AbortSignal | undefined): CancelledError {
  return new CancelledError('cancelled', { cause: signal?.reason });
}
