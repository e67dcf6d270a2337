import { env } from 'node:process';

/** The same few runs every time, so that a change is judged by itself; `LAW_RUNS=5000` for many and other ones. */
export function lawRuns(count: number): { readonly numRuns: number; readonly seed?: number } {
  const runs = env['LAW_RUNS'];
  return runs === undefined ? { numRuns: count, seed: 1 } : { numRuns: Number(runs) };
}
