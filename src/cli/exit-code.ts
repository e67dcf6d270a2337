import type { RunSummary } from '../engine/events.ts';

export const exitCodes = {
  done: 0,
  couldNotStart: 1,
  hostFailed: 2,
  wouldChange: 3,
  unreachable: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

interface ExitCodeOptions {
  /** `--detailed-exitcode`: changes found in check mode count. */
  readonly detailed: boolean;
  /** The user stopped the run: hosts may be left undone. */
  readonly cancelled: boolean;
}

/** What a run ends with, worst first. */
export function exitCodeOf(summary: RunSummary, { detailed, cancelled }: ExitCodeOptions): ExitCode {
  const has = (outcome: string): boolean => summary.hosts.some((host) => host.outcome === outcome);
  if (has('failed')) return exitCodes.hostFailed;
  if (has('unreachable')) return exitCodes.unreachable;
  if (cancelled) return exitCodes.couldNotStart;
  return detailed && summary.checkMode && has('changed') ? exitCodes.wouldChange : exitCodes.done;
}
