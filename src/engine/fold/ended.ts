import type { HostOutcome, TaskOutcome } from '../events.ts';
import type { FoldedHost, FoldedPlay, FoldedRun, FoldedTask } from './folded-run.ts';

export type EndedHost = FoldedHost & { readonly outcome: HostOutcome };
export type EndedTask = FoldedTask & { readonly outcome: TaskOutcome };

/** Hosts of a play that have ended, in inventory order. */
export function endedHosts({ hosts }: FoldedPlay): readonly EndedHost[] {
  return hosts.filter((host): host is EndedHost => host.outcome !== undefined);
}

/** Hosts that have ended, play by play; a host that is in several plays comes several times. */
export function allEndedHosts({ plays }: FoldedRun): readonly EndedHost[] {
  return plays.flatMap(endedHosts);
}

/** Tasks whose outcome is certain, in the order of the playbook. */
export function endedTasks({ tasks }: Pick<FoldedHost, 'tasks'>): readonly EndedTask[] {
  return tasks.filter((task): task is EndedTask => task.outcome !== undefined);
}
