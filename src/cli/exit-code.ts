import type { HostOutcome, RunSummary } from '../engine/events.ts';

export const exitCodes = {
  done: 0,
  couldNotStart: 1,
  hostFailed: 2,
  wouldChange: 3,
  unreachable: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a run; the worst result decides. `detailed`: changes found in check mode count. */
export function exitCodeOf(summary: RunSummary, detailed: boolean): ExitCode {
  const has = (outcome: HostOutcome): boolean => summary.hosts.some((host) => host.outcome === outcome);
  if (has('failed')) return exitCodes.hostFailed;
  if (has('unreachable')) return exitCodes.unreachable;
  // Hosts were skipped though none failed: the user stopped the run.
  if (has('skipped')) return exitCodes.couldNotStart;
  return detailed && summary.checkMode && has('changed') ? exitCodes.wouldChange : exitCodes.done;
}
