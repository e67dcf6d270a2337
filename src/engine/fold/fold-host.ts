import type { HostEnd, HostUndone, OfHost, RunEvent, TaskEnd, TaskStart } from '../events.ts';
import type { FoldedHost, FoldedPhase, FoldedTask } from './folded-run.ts';

/** An event about one host. */
export type HostEvent = Extract<RunEvent, { readonly host: string }>;

type At<E> = E & { readonly at: number };

/** A host of a play before its first event. */
export function waitingHost({ play, playIndex, host }: OfHost): FoldedHost {
  return {
    play,
    playIndex,
    host,
    state: 'waiting',
    phases: [],
    tasks: [],
    forecasts: [],
    changes: [],
    connections: 0,
    execs: 0,
    milliseconds: 0,
  };
}

/** Returns the host after one more of its events. The arguments stay unchanged. */
export function foldHost(host: FoldedHost, event: HostEvent): FoldedHost {
  switch (event.type) {
    case 'host.start':
      return { ...host, state: 'running', startedAt: event.at };
    case 'host.phase':
      return beginPhase(host, { phase: event.phase, startedAt: event.at });
    case 'host.forecast':
      return { ...host, forecasts: [...host.forecasts, event.forecast] };
    case 'task.start':
      return startTask(host, event);
    case 'task.end':
      return endTask(host, event);
    case 'change.done':
      return { ...host, changes: [...host.changes, event.change] };
    case 'host.end':
      return end(host, event);
    case 'host.undone':
      return endUndo(host, event);
  }
  // A record may hold events of a newer kvmplay.
  return host;
}

function beginPhase(host: FoldedHost, phase: FoldedPhase): FoldedHost {
  if (host.outcome === undefined) return { ...host, phases: followedBy(host.phases, phase) };
  // A host that has ended can enter further phases only for an undo.
  const { startedAt, phases } = host.undo ?? { startedAt: phase.startedAt, phases: [] };
  return {
    ...host,
    state: 'undoing',
    undo: { ...(startedAt !== undefined && { startedAt }), phases: followedBy(phases, phase) },
  };
}

/** One phase ends where the next begins. */
function followedBy(phases: readonly FoldedPhase[], next: FoldedPhase): readonly FoldedPhase[] {
  return [...endLast(phases, next.startedAt), next];
}

function endLast(phases: readonly FoldedPhase[], endedAt: number): readonly FoldedPhase[] {
  const last = phases.at(-1);
  return last === undefined ? phases : phases.with(-1, { ...last, endedAt });
}

function startTask(host: FoldedHost, { index, task, subject, at }: At<TaskStart>): FoldedHost {
  const tasks = withTask(host.tasks, { ...newTask, index, task, subject, startedAt: at });
  // A command has no end event: the next task ends its phase.
  if (host.phases.at(-1)?.phase !== 'command') return { ...host, tasks };
  return { ...host, tasks, phases: followedBy(host.phases, { phase: 'plan', startedAt: at }) };
}

const newTask = { tags: [], rolledBack: false, changes: [], warnings: [] } as const;

function endTask(host: FoldedHost, event: At<TaskEnd>): FoldedHost {
  const { index, task, subject, tags = [], outcome, leftOutBy, rolledBack, changes, warnings, error } = event;
  const startedAt = host.tasks.find((known) => known.index === index)?.startedAt;
  const ended: FoldedTask = {
    index,
    task,
    subject,
    tags,
    ...(startedAt !== undefined && { startedAt }),
    outcome,
    ...(leftOutBy !== undefined && { leftOutBy }),
    rolledBack,
    changes,
    warnings,
    ...(error !== undefined && { error }),
  };
  return { ...host, tasks: withTask(host.tasks, ended) };
}

/** Tasks almost always start and end in playbook order. */
function withTask(tasks: readonly FoldedTask[], task: FoldedTask): readonly FoldedTask[] {
  const at = tasks.findLastIndex(({ index }) => index <= task.index);
  return tasks.toSpliced(
    tasks[at]?.index === task.index ? at : at + 1,
    tasks[at]?.index === task.index ? 1 : 0,
    task,
  );
}

function end(host: FoldedHost, event: At<HostEnd>): FoldedHost {
  return { ...withEnd(host, event), endedAt: event.at, phases: endLast(host.phases, event.at) };
}

function withEnd(host: FoldedHost, event: HostEnd | HostUndone): FoldedHost {
  const { outcome, error, connections, execs, milliseconds } = event;
  const rollback = event.type === 'host.end' ? event.rollback : rollbackOf(host, event);
  return {
    ...host,
    state: 'ended',
    outcome,
    ...(rollback !== undefined && { rollback }),
    ...(error !== undefined && { error }),
    connections,
    execs,
    milliseconds,
  };
}

function rollbackOf({ rollback }: FoldedHost, { result }: HostUndone): FoldedHost['rollback'] {
  return result === 'kept' ? rollback : result;
}

function endUndo(host: FoldedHost, event: At<HostUndone>): FoldedHost {
  const { result, at } = event;
  const { startedAt, phases } = host.undo ?? { phases: [] };
  return {
    ...withEnd(host, event),
    changes: result === 'proved' ? [] : host.changes,
    undo: {
      ...(startedAt !== undefined && { startedAt }),
      endedAt: at,
      phases: endLast(phases, at),
      result,
    },
  };
}
