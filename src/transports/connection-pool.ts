import { isKvmplayError } from '../errors.ts';

/** The functions by which the pool opens, checks and ends one kind of connection. */
export interface ConnectionKind<T> {
  /** Opens it. The signal aborts when nobody wants it any more. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Calls `heard` at each sign of life. Default: only callers of `PooledConnection.heard` report them. */
  readonly listen?: (opened: T, heard: () => void) => void;
  /** False once it is known to be gone. */
  readonly isStanding: (opened: T) => boolean;
  /** Asks the other side something that changes nothing. False when no answer comes in time. */
  readonly isAlive: (opened: T) => Promise<boolean>;
  readonly end: (opened: T) => Promise<void>;
}

/** Milliseconds for which an unused connection is kept. */
const lingering = 10_000;

/** A peer that is silent for so many milliseconds is asked whether it is still there. */
const quietAfter = 1000;

/** Milliseconds that a peer has to answer in. */
export const answerTimeout = 3000;

/** Connections by key, each opened for the first that asks and shared by the others. */
export class ConnectionPool<T> {
  readonly #connections = new Map<string, PooledConnection<T>>();

  /** The connection of a key; a new one when the old one is gone or silent. */
  async connectionTo(key: string, kind: ConnectionKind<T>): Promise<PooledConnection<T>> {
    const known = this.#connections.get(key);
    if (known !== undefined) {
      if (await known.isUsable()) return known;
      // Its present users may finish; nobody else acquires it.
      known.retire();
      if (this.#connections.get(key) === known) this.#connections.delete(key);
    }
    const connection = this.#connections.get(key) ?? new PooledConnection(kind);
    this.#connections.set(key, connection);
    return connection;
  }

  async close(): Promise<void> {
    const ending = [...this.#connections.values()].map((connection) => connection.close());
    this.#connections.clear();
    await Promise.all(ending);
  }
}

/** A connection and the number of its users. */
export class PooledConnection<T> {
  readonly opened: Promise<T>;
  readonly #kind: ConnectionKind<T>;
  readonly #closing = new AbortController();
  #users = 0;
  #heardAt = 0;
  #isFinal = false;
  #isRetired = false;
  #answer: Promise<boolean> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(kind: ConnectionKind<T>) {
    this.#kind = kind;
    this.opened = kind.open(this.#closing.signal);
    this.opened.then(
      (opened) => {
        this.heard();
        kind.listen?.(opened, () => this.heard());
        if (this.#users === 0) this.#closeLater();
      },
      // Each host behind would offer the refused key again, and sshd may then refuse us altogether.
      (error: unknown) =>
        (this.#isFinal = isKvmplayError(error) && error.isUnreachable && !error.isTransient),
    );
  }

  /** Notes a sign of life of the other side. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** False for a connection that is gone, also when nobody has noticed yet. */
  async isUsable(): Promise<boolean> {
    let opened: T;
    try {
      opened = await this.opened;
    } catch {
      return this.#isFinal;
    }
    if (!this.#kind.isStanding(opened)) return false;
    if (performance.now() - this.#heardAt < quietAfter) return true;
    this.#answer ??= this.#kind.isAlive(opened).finally(() => (this.#answer = undefined));
    const isAlive = await this.#answer;
    if (isAlive) this.heard();
    return isAlive;
  }

  /** Counts a user. Returns the function that releases the connection again. */
  acquire(): () => void {
    this.#users += 1;
    clearTimeout(this.#idle);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#users -= 1;
      if (this.#users > 0) return;
      if (this.#isRetired) void this.close();
      else this.#closeLater();
    };
  }

  /** Closes the connection as soon as nobody uses it. */
  retire(): void {
    this.#isRetired = true;
    if (this.#users === 0) void this.close();
  }

  async close(): Promise<void> {
    this.#isRetired = true;
    clearTimeout(this.#idle);
    this.#closing.abort();
    const opened = await this.opened.catch(() => undefined);
    if (opened !== undefined) await this.#kind.end(opened);
  }

  #closeLater(): void {
    clearTimeout(this.#idle);
    if (!this.#isRetired) this.#idle = setTimeout(() => void this.close(), lingering);
  }
}
