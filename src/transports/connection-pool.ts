import { AuthenticationError, HostKeyError } from '../errors.ts';

/** What a connection is that several use. */
export interface LineKind<T> {
  /** Opens it; the signal is for when nobody wants it any more. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Has `heard` called at each sign of life. Default: none but those that `SharedLine.heard` is told of. */
  readonly listen?: (opened: T, heard: () => void) => void;
  /** False when it is known to be gone. */
  readonly isStanding: (opened: T) => boolean;
  /** Asks the other side something that changes nothing: whether an answer comes in time. */
  readonly answers: (opened: T) => Promise<boolean>;
  readonly end: (opened: T) => Promise<void>;
}

/** When nobody uses a connection it is kept for a while. */
const lingering = 10_000;

/** A peer from which nothing was heard for this long is asked whether it is still there. */
const quietAfter = 1000;

/** How long it may take to answer. */
export const answerTimeout = 3000;

/** Connections by whom they lead to, each of them opened when somebody wants it. */
export class SharedLines<T> {
  readonly #lines = new Map<string, SharedLine<T>>();

  /** One that works, as far as can be known: a new one in place of one that is gone or silent. */
  async to(key: string, kind: LineKind<T>): Promise<SharedLine<T>> {
    const known = this.#lines.get(key);
    if (known !== undefined) {
      if (await known.isUsable()) return known;
      // Who is on it may still finish; nobody new gets on.
      known.retire();
      if (this.#lines.get(key) === known) this.#lines.delete(key);
    }
    const line = this.#lines.get(key) ?? new SharedLine(kind);
    this.#lines.set(key, line);
    return line;
  }

  async close(): Promise<void> {
    const ending = [...this.#lines.values()].map((line) => line.close());
    this.#lines.clear();
    await Promise.all(ending);
  }
}

/** A connection, and how many use it. */
export class SharedLine<T> {
  readonly opened: Promise<T>;
  readonly #kind: LineKind<T>;
  readonly #closing = new AbortController();
  #users = 0;
  #heardAt = 0;
  #isFinal = false;
  #isRetired = false;
  #answer: Promise<boolean> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(kind: LineKind<T>) {
    this.#kind = kind;
    this.opened = kind.open(this.#closing.signal);
    this.opened.then(
      (opened) => {
        this.heard();
        kind.listen?.(opened, () => this.heard());
        if (this.#users === 0) this.#letGoLater();
      },
      // A key that was refused once would be refused to each host behind: sshd may then refuse us altogether.
      (error: unknown) =>
        (this.#isFinal = error instanceof AuthenticationError || error instanceof HostKeyError),
    );
  }

  /** The other side has given a sign of life. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** False for a connection that is gone, also when nobody has told us so. */
  async isUsable(): Promise<boolean> {
    let opened: T;
    try {
      opened = await this.opened;
    } catch {
      return this.#isFinal;
    }
    if (!this.#kind.isStanding(opened)) return false;
    if (performance.now() - this.#heardAt < quietAfter) return true;
    this.#answer ??= this.#kind.answers(opened).finally(() => (this.#answer = undefined));
    const isAlive = await this.#answer;
    if (isAlive) this.heard();
    return isAlive;
  }

  /** Returns what leaves it again. */
  enter(): () => void {
    this.#users += 1;
    clearTimeout(this.#idle);
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.#users -= 1;
      if (this.#users > 0) return;
      if (this.#isRetired) void this.close();
      else this.#letGoLater();
    };
  }

  /** It ends with its last user. */
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

  #letGoLater(): void {
    clearTimeout(this.#idle);
    if (!this.#isRetired) this.#idle = setTimeout(() => void this.close(), lingering);
  }
}
