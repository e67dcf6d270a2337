import pLimit, { type LimitFunction } from 'p-limit';

/** sshd drops logins at random from the tenth unfinished one on (MaxStartups 10:30:100). */
const handshakesPerEndpoint = 8;

/** Keeps the handshakes that run at the same time against one sshd below what it takes. */
export interface Handshakes {
  for(endpoint: string): LimitFunction;
}

export function createHandshakes(): Handshakes {
  const limiters = new Map<string, LimitFunction>();
  return {
    for(endpoint) {
      const limiter = limiters.get(endpoint) ?? pLimit(handshakesPerEndpoint);
      limiters.set(endpoint, limiter);
      return limiter;
    },
  };
}

const firstDelay = 100;
const longestDelay = 2000;

/** How long to wait after the given failure, counted from 0: longer each time, and at random, so that a fleet does not come back as one. */
export function backOff(failure: number, random: () => number): number {
  return (0.5 + random() / 2) * Math.min(longestDelay, firstDelay * 2 ** failure);
}
