import type { EventError, HostOutcome, Reporter, RunSummary, TaskOutcome } from '../engine/events.ts';
import type { Change } from '../model/change.ts';
import type { Forecast } from '../model/forecast.ts';
import { type CollectedHost, type CollectedPlay, type CollectedRun, RunCollector } from './collect-run.ts';
import { withoutSecrets } from './private-files.ts';
import { countWorst } from './worst-outcomes.ts';

/** What `jsonReporter` writes. Fields may be added; one that goes or changes its meaning makes another `format`. */
export interface RunReport {
  readonly kvmplay: 'run';
  readonly format: 1;
  readonly checkMode: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly milliseconds: number;
  /** Each host counted once, by its worst outcome. */
  readonly outcomes: Readonly<Record<HostOutcome, number>>;
  readonly stopped?: NonNullable<RunSummary['stopped']>;
  readonly plays: readonly PlayReport[];
}

export interface PlayReport {
  readonly play: string;
  readonly waves?: readonly { readonly wave: string; readonly hosts: number }[];
  /** In inventory order. */
  readonly hosts: readonly HostReport[];
}

export interface HostReport {
  readonly host: string;
  readonly outcome: HostOutcome;
  readonly rollback?: 'proved' | 'failed';
  readonly error?: EventError;
  readonly forecast?: Forecast;
  /** Absent of a host that did not start. */
  readonly startedAt?: string;
  readonly milliseconds: number;
  readonly connections: number;
  readonly execs: number;
  readonly tasks: readonly TaskReport[];
}

export interface TaskReport {
  readonly task: string;
  readonly subject: string;
  readonly outcome: TaskOutcome;
  readonly rolledBack: boolean;
  /** Contents of files that only their owner may read are left out. */
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly error?: EventError;
}

/** What `jsonReporter` takes. */
export interface JsonOptions {
  readonly write: (text: string) => void;
}

/** Writes one JSON document when the run has ended: all plays, hosts, tasks and changes. */
export function jsonReporter({ write }: JsonOptions): Reporter {
  const collector = new RunCollector();
  return {
    onEvent(event) {
      const run = collector.take(event);
      if (run !== undefined) write(`${JSON.stringify(toReport(run), null, 2)}\n`);
    },
  };
}

function toReport({ startedAt, endedAt, summary, plays }: CollectedRun): RunReport {
  const { checkMode, stopped, hosts } = summary;
  return {
    kvmplay: 'run',
    format: 1,
    checkMode,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    milliseconds: endedAt - startedAt,
    outcomes: countWorst(hosts),
    ...(stopped !== undefined && { stopped }),
    plays: plays.map(toPlay),
  };
}

function toPlay({ start: { play, waves }, hosts }: CollectedPlay): PlayReport {
  return { play, ...(waves !== undefined && { waves }), hosts: hosts.map(toHost) };
}

function toHost({ summary, startedAt, tasks }: CollectedHost): HostReport {
  const { host, outcome, rollback, error, forecast, milliseconds, connections, execs } = summary;
  return {
    host,
    outcome,
    ...(rollback !== undefined && { rollback }),
    ...(error !== undefined && { error }),
    ...(forecast !== undefined && { forecast }),
    ...(startedAt !== undefined && { startedAt: new Date(startedAt).toISOString() }),
    milliseconds,
    connections,
    execs,
    tasks: tasks.map(({ task, subject, outcome: came, rolledBack, changes, warnings, error: wrong }) => ({
      task,
      subject,
      outcome: came,
      rolledBack,
      changes: changes.map(withoutSecrets),
      warnings,
      ...(wrong !== undefined && { error: wrong }),
    })),
  };
}
