import type { HostOutcome, HostPhase } from '../engine/events.ts';
import type { FoldedHost, FoldedPlay, FoldedRun, FoldedTask } from '../engine/fold/folded-run.ts';

/** A running host. */
export interface RunningHost {
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** `undo`: its wave failed and its changes are being undone. */
  readonly phase: HostPhase | 'undo';
  /** Current task of the playbook: `ensureBond bond6`. */
  readonly task: string;
  /** Number of tasks begun. */
  readonly tasks: number;
}

/** Progress of a wave. */
export interface WaveProgress {
  readonly name: string;
  readonly hosts: number;
  readonly done: number;
  /** When the next wave starts, milliseconds since 1970. */
  readonly soakUntil: number | undefined;
}

/** Progress of a run. */
export interface Progress {
  readonly checkMode: boolean;
  readonly startedAt: number;
  /** Name of the current play. */
  readonly play: string;
  /** 1-based. */
  readonly playNumber: number;
  readonly plays: number;
  /** Number of hosts in the current play. */
  readonly hosts: number;
  readonly ended: number;
  readonly outcomes: Readonly<Record<HostOutcome, number>>;
  /** In order of their start. */
  readonly running: readonly RunningHost[];
  readonly wave: WaveProgress | undefined;
  readonly isStopped: boolean;
}

/** Computes the content of the live frame. */
export function progressOf({ checkMode, startedAt = 0, playNames, plays, stopped }: FoldedRun): Progress {
  const present = plays.at(-1);
  const hosts = present?.hosts ?? [];
  const outcomes = countOutcomes(hosts);
  return {
    checkMode,
    startedAt,
    play: present?.play ?? '',
    playNumber: plays.length,
    plays: playNames.length,
    hosts: hosts.length,
    ended: Object.values(outcomes).reduce((sum, number) => sum + number, 0),
    outcomes,
    running: runningHosts(hosts),
    wave: present === undefined ? undefined : waveOf(present),
    isStopped: stopped !== undefined,
  };
}

function countOutcomes(hosts: readonly FoldedHost[]): Readonly<Record<HostOutcome, number>> {
  const counts = { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0 };
  for (const { outcome } of hosts) if (outcome !== undefined) counts[outcome] += 1;
  return counts;
}

function runningHosts(hosts: readonly FoldedHost[]): readonly RunningHost[] {
  return hosts
    .filter(({ state }) => state === 'running' || state === 'undoing')
    .map(toRunning)
    .sort((a, b) => a.since - b.since);
}

function toRunning({ host, state, startedAt = 0, phases, tasks, undo }: FoldedHost): RunningHost {
  if (state === 'undoing') return { host, since: undo?.startedAt ?? 0, phase: 'undo', task: '', tasks: 0 };
  const phase = phases.at(-1)?.phase ?? 'connect';
  const last = tasks.at(-1);
  return { host, since: startedAt, phase, task: titleOf(last), tasks: (last?.index ?? -1) + 1 };
}

function titleOf(task: FoldedTask | undefined): string {
  return task === undefined ? '' : `${task.task} ${task.subject}`.trimEnd();
}

/** Returns the running wave, or the one after which the run waits. */
function waveOf({ endedAt, waves = [], hosts }: FoldedPlay): WaveProgress | undefined {
  const wave = waves.findLast(({ startedAt }) => startedAt !== undefined);
  if (wave === undefined || endedAt !== undefined) return undefined;
  const done = hosts.filter((host) => host.wave === wave.wave && host.outcome !== undefined).length;
  return { name: wave.wave, hosts: wave.hosts, done, soakUntil: wave.soakUntil };
}
