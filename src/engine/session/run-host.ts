import { PlaybookError } from '../../errors.ts';
import { worstForecast } from '../../model/forecast.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import type { Broadcast } from '../fleet/broadcast.ts';
import { toEventError } from '../event-error.ts';
import type { EventError, HostOutcome, HostSummary, OfHost, TaskOutcome } from '../events.ts';
import { HostConnection } from '../connection/host-connection.ts';
import { HostSession } from './host-session.ts';
import type { HostSessionOptions } from './host-session-options.ts';
import type { Play } from '../fleet/play.ts';
import type { EngineOptions } from '../fleet/run-options.ts';
import type { TaskRecord } from './task-record.ts';

/** A host with the variables its play sees. */
export interface PlayHost {
  readonly host: InventoryHost;
  readonly vars: unknown;
}

export interface HostRun {
  readonly play: Play;
  /** The place of the play among those of the run. */
  readonly playIndex: number;
  readonly options: EngineOptions;
  readonly broadcast: Broadcast;
}

export interface HostRunEnd {
  readonly summary: HostSummary;
  /** Absent when it did not come to one. */
  readonly session?: HostSession;
}

/** Runs a play on one host and tells about it. Never rejects: whatever goes wrong is the host's outcome. */
export async function runHost(
  { host, vars }: PlayHost,
  { play, playIndex, options, broadcast }: HostRun,
): Promise<HostRunEnd> {
  const at: OfHost = { play: play.name, playIndex, host: host.name };
  const started = performance.now();
  broadcast.emit({ type: 'host.start', ...at });

  let connection: HostConnection | undefined;
  let session: HostSession | undefined;
  let failure: unknown;
  try {
    connection = connectionTo(host, options);
    session = new HostSession({
      host,
      vars,
      connection,
      checkMode: options.checkMode ?? false,
      ...guardOptions(play, options),
      refuseCommands: options.refuseCommands ?? false,
      selection: options,
      step: options.step,
      forecaster: options.forecaster,
      maxDisruption: options.maxDisruption,
      onForecast: (forecast) => broadcast.emit({ type: 'host.forecast', ...at, forecast }),
      onPhase: (phase) => broadcast.emit({ type: 'host.phase', ...at, phase }),
      onTask: ({ task, subject }, index) =>
        broadcast.emit({ type: 'task.start', ...at, index, task, subject }),
      onDone: (changes) => {
        for (const change of changes) broadcast.emit({ type: 'change.done', ...at, change });
      },
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    await session.untilStopped(play.run(play.tags === undefined ? session : session.tagged(...play.tags)));
    await session.finish();
  } catch (error) {
    failure = error ?? new PlaybookError(`the play threw ${String(error)}`);
  }
  await connection?.close();

  const planned = session?.records ?? [];
  const records = failure === undefined ? planned : settleRecords(planned, failure);
  records.forEach((record, index) => emitTask(broadcast, at, record, index));
  const error = failure === undefined ? undefined : toEventError(failure, placeOf(planned, failure));
  const rollback = rollbackOf(error?.code ?? '');
  const forecast = worstForecast(session?.forecasts ?? []);
  const summary: HostSummary = {
    ...at,
    outcome: error === undefined ? outcomeOf(records) : failedOutcome(error.code),
    ...(rollback !== undefined && { rollback }),
    ...(error !== undefined && { error }),
    ...(forecast !== undefined && { forecast }),
    tasks: countTasks(records),
    ...costsOf(connection, started),
  };
  emitEnd(broadcast, summary);
  return { summary, ...(session !== undefined && { session }) };
}

/** A host that never starts. */
export function skipHost(
  host: InventoryHost,
  reason: EventError,
  { play, playIndex, broadcast }: HostRun,
): HostSummary {
  const summary: HostSummary = {
    play: play.name,
    playIndex,
    host: host.name,
    outcome: 'skipped',
    error: reason,
    tasks: countTasks([]),
    connections: 0,
    execs: 0,
    milliseconds: 0,
  };
  emitEnd(broadcast, summary);
  return summary;
}

/** May throw for variables that make no way to a host. */
export function connectionTo(host: InventoryHost, options: EngineOptions): HostConnection {
  const { transportFor, connectTimeout, signal } = options;
  return new HostConnection(transportFor(host), {
    connectTimeout: connectTimeout === undefined ? undefined : connectTimeout * 1000,
    ...(signal !== undefined && { signal }),
  });
}

/** How what is done to hosts of a play is guarded. */
export function guardOptions(
  { probes = [] }: Play,
  { owner = 'another kvmplay', confirmTimeout = 30 }: EngineOptions,
): Pick<HostSessionOptions, 'probes' | 'owner' | 'confirmTimeout'> {
  return { probes, owner, confirmTimeout };
}

/** What it took since `started`. */
export function costsOf(
  connection: HostConnection | undefined,
  started: number,
): Pick<HostSummary, 'connections' | 'execs' | 'milliseconds'> {
  return {
    connections: connection?.connections ?? 0,
    execs: connection?.execs ?? 0,
    milliseconds: Math.round(performance.now() - started),
  };
}

const unreachableCodes = [
  'KVMPLAY_UNREACHABLE',
  'KVMPLAY_HOST_KEY',
  'KVMPLAY_AUTHENTICATION',
  'KVMPLAY_CONNECTION_LOST',
];

export function failedOutcome(code: string): HostOutcome {
  if (code === 'KVMPLAY_CANCELLED') return 'skipped';
  return unreachableCodes.includes(code) ? 'unreachable' : 'failed';
}

function emitEnd(broadcast: Broadcast, { tasks: _, forecast: __, ...end }: HostSummary): void {
  broadcast.emit({ type: 'host.end', ...end });
}

/** Of a failed host: tasks that only were planned did not happen. */
function settleRecords(records: readonly TaskRecord[], failure: unknown): readonly TaskRecord[] {
  return records.map((record) => {
    if (record.outcome !== 'changed' || record.rolledBack || record.done === true) return record;
    return record.error === failure ? record : { ...record, outcome: 'skipped' };
  });
}

function emitTask(broadcast: Broadcast, at: OfHost, record: TaskRecord, index: number): void {
  const { task, subject, tags, outcome, leftOutBy, rolledBack, changes, warnings, error, place } = record;
  broadcast.emit({
    type: 'task.end',
    ...at,
    index,
    task,
    subject,
    ...(tags.length > 0 && { tags }),
    outcome,
    ...(leftOutBy !== undefined && { leftOutBy }),
    rolledBack,
    changes,
    warnings,
    ...(error !== undefined && { error: toEventError(error, place()) }),
  });
}

function placeOf(records: readonly TaskRecord[], failure: unknown): string | undefined {
  const culprit =
    records.find(({ error }) => error === failure) ??
    (failure instanceof PlaybookError ? records.find(({ awaited }) => !awaited) : undefined);
  return culprit?.place();
}

function outcomeOf(records: readonly TaskRecord[]): HostOutcome {
  return records.some(({ outcome }) => outcome === 'changed') ? 'changed' : 'ok';
}

function rollbackOf(code: string): 'proved' | 'failed' | undefined {
  if (code === 'KVMPLAY_ROLLED_BACK') return 'proved';
  return code === 'KVMPLAY_ROLLBACK_FAILED' ? 'failed' : undefined;
}

function countTasks(records: readonly TaskRecord[]): Record<TaskOutcome, number> {
  const counts = { ok: 0, changed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of records) counts[outcome] += 1;
  return counts;
}
