/** A promise that reports whether somebody awaited it. */
export class WatchedPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #onAwaited: () => void;

  constructor(promise: Promise<T>, onAwaited: () => void) {
    super((resolve, reject) => {
      promise.then(resolve, reject);
    });
    this.#onAwaited = onAwaited;
    // `finish` reports an unhandled rejection; it must not crash the process.
    super.then(undefined, () => undefined);
  }

  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#onAwaited();
    return super.then(onFulfilled, onRejected);
  }
}
