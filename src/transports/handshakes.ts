import pLimit, { type LimitFunction } from 'p-limit';

/** sshd drops logins at random from the tenth unfinished one on (MaxStartups 10:30:100). */
const handshakesPerEndpoint = 8;

/** Limits the handshakes that run at the same time against one sshd. */
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

/** Milliseconds to wait after a failure, counted from 0. They grow and are random, so that a fleet does not retry all at once. */
export function backOff(failure: number, random: () => number): number {
  return (0.5 + random() / 2) * Math.min(longestDelay, firstDelay * 2 ** failure);
}
