import type { HostOutcome, HostSummary } from '../engine/events.ts';

/** Outcomes by increasing severity. */
export const outcomesBySeverity: readonly HostOutcome[] = [
  'skipped',
  'ok',
  'changed',
  'unreachable',
  'failed',
];

/** Counts each host once, by its worst outcome in all plays. */
export function countWorst(
  summaries: readonly Pick<HostSummary, 'host' | 'outcome'>[],
): Readonly<Record<HostOutcome, number>> {
  const worst = new Map<string, number>();
  for (const { host, outcome } of summaries) {
    worst.set(host, Math.max(worst.get(host) ?? 0, outcomesBySeverity.indexOf(outcome)));
  }
  const counts = { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0 };
  for (const rank of worst.values()) counts[outcomesBySeverity[rank] ?? 'ok'] += 1;
  return counts;
}
