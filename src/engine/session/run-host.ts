import { isKvmplayError, PlaybookError } from '../../errors.ts';
import { worstForecast } from '../../model/forecast.ts';
import type { InventoryHost } from '../../model/inventory.ts';
import type { Broadcast } from '../fleet/broadcast.ts';
import { toEventError } from '../event-error.ts';
import type { EventError, HostOutcome, HostPhase, HostSummary, OfHost, TaskOutcome } from '../events.ts';
import { HostConnection } from '../connection/host-connection.ts';
import { HostSession } from './host-session.ts';
import type { Play } from '../fleet/play.ts';
import type { EngineOptions } from '../fleet/run-options.ts';
import type { TaskRecord } from './task-record.ts';
import { nameOwner } from '../transaction/owner.ts';
import { Transactor } from '../transaction/transactor.ts';

/** A host with the variables of its play. */
export interface PlayHost {
  readonly host: InventoryHost;
  readonly vars: unknown;
}

export interface HostRun {
  readonly play: Play;
  /** Position of the play in the run. */
  readonly playIndex: number;
  readonly options: EngineOptions;
  readonly broadcast: Broadcast;
}

export interface HostRunEnd {
  readonly summary: HostSummary;
  /** Absent if the host failed before a session. */
  readonly session?: HostSession;
}

/** Runs a play on one host and sends its events. Never rejects: every error becomes the host's outcome. */
export async function runHost({ host, vars }: PlayHost, run: HostRun): Promise<HostRunEnd> {
  const { play, options, broadcast } = run;
  const at = placeIn(run, host);
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
      transactor: transactorFor(host, connection, run),
      checkMode: options.checkMode ?? false,
      refuseCommands: options.refuseCommands ?? false,
      selection: options,
      step: options.step,
      forecaster: options.forecaster,
      maxDisruption: options.maxDisruption,
      onForecast: (forecast) => broadcast.emit({ type: 'host.forecast', ...at, forecast }),
      onPhase: phaseTeller(host, run),
      onTask: ({ task, subject }, index) =>
        broadcast.emit({ type: 'task.start', ...at, index, task, subject }),
      onDone: (changes) => {
        for (const change of changes) broadcast.emit({ type: 'change.done', ...at, change });
      },
      signal: options.signal,
    });
    await session.untilStopped(play.run(play.tags === undefined ? session : session.tagged(...play.tags)));
    await session.finish();
  } catch (error) {
    failure = error ?? new PlaybookError(`the play threw ${String(error)}`);
  }
  await connection?.close();

  const records = session?.records ?? [];
  if (failure !== undefined) for (const record of records) record.abandon();
  records.forEach((record, index) => emitTask(broadcast, at, record, index));
  const error = failure === undefined ? undefined : toEventError(failure, placeOf(records, failure));
  const rollback = rollbackOf(error?.code ?? '');
  const forecast = worstForecast(session?.forecasts ?? []);
  const summary: HostSummary = {
    ...at,
    outcome: error === undefined ? outcomeOf(records) : failedOutcome(failure),
    ...(rollback !== undefined && { rollback }),
    ...(error !== undefined && { error }),
    ...(forecast !== undefined && { forecast }),
    tasks: countTasks(records),
    ...costsOf(connection, started),
  };
  emitEnd(broadcast, summary);
  return { summary, ...(session !== undefined && { session }) };
}

/** Ends a host that never starts. */
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

/** Prepares the connection to a host. Throws if the variables name no usable transport. */
export function connectionTo(host: InventoryHost, options: EngineOptions): HostConnection {
  const { transportFor, connectTimeout, signal } = options;
  return new HostConnection(transportFor(host), {
    connectTimeout: connectTimeout === undefined ? undefined : connectTimeout * 1000,
    signal,
  });
}

/** Returns the transactor that applies changes to the host in a run. */
export function transactorFor(host: InventoryHost, connection: HostConnection, run: HostRun): Transactor {
  const { play, options } = run;
  const { owner, confirmTimeout = 30, forecaster } = options;
  return new Transactor({
    host: host.name,
    connection,
    kinds: options.kinds,
    probes: play.probes ?? [],
    owner: owner ?? nameOwner(),
    confirmTimeout,
    verify: forecaster?.verify,
    onPhase: phaseTeller(host, run),
  });
}

function phaseTeller(host: InventoryHost, run: HostRun): (phase: HostPhase) => void {
  const at = placeIn(run, host);
  return (phase) => run.broadcast.emit({ type: 'host.phase', ...at, phase });
}

function placeIn({ play, playIndex }: HostRun, host: InventoryHost): OfHost {
  return { play: play.name, playIndex, host: host.name };
}

/** Returns connections, execs and milliseconds since `started`. */
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

/** Returns the outcome of a host that ended with an error. */
export function failedOutcome(error: unknown): HostOutcome {
  if (!isKvmplayError(error)) return 'failed';
  if (error.code === 'KVMPLAY_CANCELLED') return 'skipped';
  return error.isUnreachable ? 'unreachable' : 'failed';
}

function emitEnd(broadcast: Broadcast, { tasks: _, forecast: __, ...end }: HostSummary): void {
  broadcast.emit({ type: 'host.end', ...end });
}

function emitTask(broadcast: Broadcast, at: OfHost, record: TaskRecord, index: number): void {
  const { task, subject, tags, outcome, leftOutBy, isRolledBack, changes, warnings, error, place } = record;
  broadcast.emit({
    type: 'task.end',
    ...at,
    index,
    task,
    subject,
    ...(tags.length > 0 && { tags }),
    outcome,
    ...(leftOutBy !== undefined && { leftOutBy }),
    rolledBack: isRolledBack,
    changes,
    warnings,
    ...(error !== undefined && { error: toEventError(error, place()) }),
  });
}

function placeOf(records: readonly TaskRecord[], failure: unknown): string | undefined {
  const culprit =
    records.find(({ error }) => error === failure) ??
    (failure instanceof PlaybookError ? records.find(({ isAwaited }) => !isAwaited) : undefined);
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
