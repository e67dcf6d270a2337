/** sshd drops logins at random from the tenth unfinished one on (MaxStartups 10:30:100). */
const handshakesPerEndpoint = 8;

/** Limits the handshakes that run at the same time against one sshd. */
export interface Handshakes {
  for(endpoint: string, urgency?: Urgency): <T>(handshake: () => Promise<T>) => Promise<T>;
}

export interface Urgency {
  /** Goes before all that wait: a host undoes its change unless somebody comes in time. Default: false. */
  readonly isUrgent?: boolean;
}

export function createHandshakes(): Handshakes {
  const gates = new Map<string, Gate>();
  return {
    for(endpoint, { isUrgent = false } = {}) {
      const gate = gates.get(endpoint) ?? new Gate();
      gates.set(endpoint, gate);
      return (handshake) => gate.pass(handshake, isUrgent);
    },
  };
}

class Gate {
  #running = 0;
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];

  async pass<T>(handshake: () => Promise<T>, isUrgent: boolean): Promise<T> {
    if (this.#running < handshakesPerEndpoint) this.#running += 1;
    else await new Promise<void>((resolve) => (isUrgent ? this.#urgent : this.#others).push(resolve));
    try {
      return await handshake();
    } finally {
      // The place is handed on, so that nobody who comes now takes it.
      const next = this.#urgent.shift() ?? this.#others.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

const firstDelay = 100;
const longestDelay = 2000;

/** Milliseconds to wait after a failure, counted from 0. They grow and are random, so that a fleet does not retry all at once. */
export function backOff(failure: number, random: () => number): number {
  return (0.5 + random() / 2) * Math.min(longestDelay, firstDelay * 2 ** failure);
}
