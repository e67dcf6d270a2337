import type { EventError, HostOutcome, Reporter, RunSummary, TaskOutcome } from '../engine/events.ts';
import {
  allEndedHosts,
  type EndedHost,
  endedHosts,
  type EndedTask,
  endedTasks,
} from '../engine/fold/ended.ts';
import { RunFold } from '../engine/fold/fold-run.ts';
import type { FoldedPlay, FoldedRun } from '../engine/fold/folded-run.ts';
import type { Change } from '../model/change.ts';
import { type Forecast, worstForecast } from '../model/forecast.ts';
import { withoutSecrets } from './private-files.ts';
import { countWorst } from './worst-outcomes.ts';

/** The document of `jsonReporter`. New fields may appear; a field that goes or changes its meaning gets a new `format`. */
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
  /** Absent when the host did not start. */
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
  /** Contents of files that only their owner may read are omitted. */
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly error?: EventError;
}

/** Options of `jsonReporter`. */
export interface JsonOptions {
  readonly write: (text: string) => void;
}

/** Writes one JSON document at the end of the run: all plays, hosts, tasks and changes. */
export function jsonReporter({ write }: JsonOptions): Reporter {
  const fold = new RunFold();
  return {
    onEvent(event) {
      fold.onEvent(event);
      if (event.type === 'run.end') write(`${JSON.stringify(toReport(fold.run), null, 2)}\n`);
    },
  };
}

function toReport(run: FoldedRun): RunReport {
  const { startedAt = 0, endedAt = 0, checkMode, stopped, plays } = run;
  return {
    kvmplay: 'run',
    format: 1,
    checkMode,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    milliseconds: endedAt - startedAt,
    outcomes: countWorst(allEndedHosts(run)),
    ...(stopped !== undefined && { stopped }),
    plays: plays.map(toPlay),
  };
}

function toPlay(play: FoldedPlay): PlayReport {
  return {
    play: play.play,
    ...(play.waves !== undefined && { waves: play.waves.map(({ wave, hosts }) => ({ wave, hosts })) }),
    hosts: endedHosts(play).map(toHost),
  };
}

function toHost(ended: EndedHost): HostReport {
  const { host, outcome, rollback, error, forecasts, startedAt, milliseconds, connections, execs } = ended;
  const forecast = worstForecast(forecasts);
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
    tasks: endedTasks(ended).map(toTask),
  };
}

function toTask({ task, subject, outcome, rolledBack, changes, warnings, error }: EndedTask): TaskReport {
  return {
    task,
    subject,
    outcome,
    rolledBack,
    changes: changes.map(withoutSecrets),
    warnings,
    ...(error !== undefined && { error }),
  };
}
