import pLimit from 'p-limit';
import { PlaybookError } from '../errors.ts';
import type { InventoryHost } from '../model/inventory.ts';
import { toEventError } from './event-error.ts';
import type { HostOutcome, HostSummary, Reporter, RunEventBody, RunSummary, TaskOutcome } from './events.ts';
import { HostConnection } from './host-connection.ts';
import { HostSession, type TaskRecord } from './host-session.ts';
import type { Play } from './play.ts';
import type { EngineOptions } from './run-options.ts';

/** A host with the variables its play sees. */
interface PlayHost {
  readonly host: InventoryHost;
  readonly vars: unknown;
}

/**
 * Runs plays one after the other, the hosts of each side by side. Resolves with a summary whatever happens to hosts;
 * throws PlaybookError when variables do not fit, before any host is touched.
 */
export async function runPlays(options: EngineOptions): Promise<RunSummary> {
  const { plays, hostsOf, forks = 50, checkMode = false } = options;
  const prepared = await Promise.all(
    plays.map(async (play) => ({ play, hosts: await prepare(play, hostsOf(play), options) })),
  );

  const broadcast = new Broadcast(options.reporters ?? []);
  const summaries: HostSummary[] = [];
  const lost = new Set<string>();
  broadcast.emit({ type: 'run.start', checkMode, plays: plays.map(({ name }) => name) });
  for (const { play, hosts } of prepared) {
    broadcast.emit({ type: 'play.start', play: play.name, hosts: hosts.map(({ host }) => host.name) });
    const limit = pLimit(forks);
    const ended = await Promise.all(
      hosts.map((host) =>
        limit(() => runHost(play, host, { options, broadcast, skip: lost.has(host.host.name) })),
      ),
    );
    for (const { host, outcome } of ended)
      if (outcome === 'failed' || outcome === 'unreachable') lost.add(host);
    summaries.push(...ended);
    broadcast.emit({ type: 'play.end', play: play.name });
  }
  const summary = { checkMode, hosts: summaries, reporterErrors: broadcast.errors };
  broadcast.emit({ type: 'run.end', summary });
  await broadcast.settled();
  return summary;
}

interface HostRun {
  readonly options: EngineOptions;
  readonly broadcast: Broadcast;
  readonly skip: boolean;
}

async function runHost(
  play: Play,
  { host, vars }: PlayHost,
  { options, broadcast, skip }: HostRun,
): Promise<HostSummary> {
  const {
    checkMode = false,
    confirmTimeout = 30,
    connectTimeout = 10,
    owner = 'another kvmplay',
    signal,
  } = options;
  const at = { play: play.name, host: host.name };
  const started = performance.now();
  if (skip || signal?.aborted === true) {
    return endHost(broadcast, { ...at, ...noWork, outcome: 'skipped', milliseconds: 0 });
  }

  broadcast.emit({ type: 'host.start', ...at });
  const connection = new HostConnection(options.transportFor(host), {
    connectTimeout: connectTimeout * 1000,
    ...(signal !== undefined && { signal }),
  });
  const session = new HostSession({
    host,
    vars,
    connection,
    checkMode,
    owner,
    probes: play.probes ?? [],
    confirmTimeout,
    onPhase: (phase) => broadcast.emit({ type: 'host.phase', ...at, phase }),
    ...(signal !== undefined && { signal }),
  });

  let failure: unknown;
  try {
    await play.run(session);
    await session.finish();
  } catch (error) {
    failure = error ?? new Error('the play threw nothing');
  }
  await connection.close();

  for (const change of session.done) broadcast.emit({ type: 'change.done', ...at, change });
  const records = failure === undefined ? session.records : settleRecords(session.records, failure);
  records.forEach((record, index) => emitTask(broadcast, at, record, index));
  const error = failure === undefined ? undefined : toEventError(failure, placeOf(session.records, failure));
  const outcome = failure === undefined ? outcomeOf(records) : failedOutcome(error?.code ?? '');
  const rollback = rollbackOf(error?.code ?? '');
  return endHost(broadcast, {
    ...at,
    outcome,
    ...(rollback !== undefined && { rollback }),
    ...(error !== undefined && { error }),
    tasks: countTasks(records),
    connections: connection.connections,
    execs: connection.execs,
    milliseconds: Math.round(performance.now() - started),
  });
}

const noWork = { tasks: { ok: 0, changed: 0, failed: 0, skipped: 0 }, connections: 0, execs: 0 };

function endHost(broadcast: Broadcast, summary: HostSummary): HostSummary {
  const { tasks: _, ...end } = summary;
  broadcast.emit({ type: 'host.end', ...end });
  return summary;
}

/** Of a failed host: tasks that only were planned did not happen. */
function settleRecords(records: readonly TaskRecord[], failure: unknown): readonly TaskRecord[] {
  return records.map((record) => {
    if (record.outcome !== 'changed' || record.rolledBack || record.done === true) return record;
    return record.error === failure ? record : { ...record, outcome: 'skipped' };
  });
}

function emitTask(
  broadcast: Broadcast,
  at: { readonly play: string; readonly host: string },
  record: TaskRecord,
  index: number,
): void {
  const { task, subject, outcome, rolledBack, changes, warnings, error, place } = record;
  broadcast.emit({
    type: 'task.end',
    ...at,
    index,
    task,
    subject,
    outcome,
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

const unreachableCodes = [
  'KVMPLAY_UNREACHABLE',
  'KVMPLAY_HOST_KEY',
  'KVMPLAY_AUTHENTICATION',
  'KVMPLAY_CONNECTION_LOST',
];

function failedOutcome(code: string): HostOutcome {
  if (code === 'KVMPLAY_CANCELLED') return 'skipped';
  return unreachableCodes.includes(code) ? 'unreachable' : 'failed';
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

/** Checks and types the variables of every host of a play. */
async function prepare(
  play: Play,
  hosts: readonly InventoryHost[],
  { extraVars = {} }: EngineOptions,
): Promise<readonly PlayHost[]> {
  const schema = play.vars;
  return await Promise.all(
    hosts.map(async (host) => {
      const merged = { ...host, vars: { ...host.vars, ...extraVars } };
      if (schema === undefined) return { host: merged, vars: merged.vars };
      const result = await schema['~standard'].validate(merged.vars);
      if (result.issues === undefined) return { host: merged, vars: result.value };
      const sentences = result.issues.map(({ message, path = [] }) => {
        const name = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
        return `variable ${name} of ${host.name}: ${message}`;
      });
      throw new PlaybookError(`play "${play.name}": ${sentences.join('; ')}`, host.place);
    }),
  );
}

/** Tells every reporter, in order, without waiting; one that throws hears no more. */
class Broadcast {
  readonly errors: string[] = [];
  #seq = 0;
  #reporters: readonly Reporter[];
  #pending: Promise<unknown> = Promise.resolve();

  constructor(reporters: readonly Reporter[]) {
    this.#reporters = reporters;
  }

  emit(body: RunEventBody): void {
    this.#seq += 1;
    const event = { seq: this.#seq, at: Date.now(), ...body };
    for (const reporter of this.#reporters) {
      try {
        const heard = Promise.resolve(reporter.onEvent(event)).catch((error: unknown) =>
          this.#drop(reporter, error),
        );
        this.#pending = Promise.all([this.#pending, heard]);
      } catch (error) {
        this.#drop(reporter, error);
      }
    }
  }

  async settled(): Promise<void> {
    await this.#pending;
  }

  #drop(reporter: Reporter, error: unknown): void {
    if (!this.#reporters.includes(reporter)) return;
    this.#reporters = this.#reporters.filter((other) => other !== reporter);
    this.errors.push(`a reporter ended: ${error instanceof Error ? error.message : String(error)}`);
  }
}
