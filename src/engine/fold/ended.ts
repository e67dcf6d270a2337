import type { HostOutcome, TaskOutcome } from '../events.ts';
import type { FoldedHost, FoldedPlay, FoldedRun, FoldedTask } from './folded-run.ts';

export type EndedHost = FoldedHost & { readonly outcome: HostOutcome };
export type EndedTask = FoldedTask & { readonly outcome: TaskOutcome };

/** Returns the hosts of a play that have ended, in inventory order. */
export function endedHosts({ hosts }: FoldedPlay): readonly EndedHost[] {
  return hosts.filter((host): host is EndedHost => host.outcome !== undefined);
}

/** Returns the hosts that have ended, play by play. A host of several plays comes several times. */
export function allEndedHosts({ plays }: FoldedRun): readonly EndedHost[] {
  return plays.flatMap(endedHosts);
}

/** Returns tasks with a certain outcome, in playbook order. */
export function endedTasks({ tasks }: Pick<FoldedHost, 'tasks'>): readonly EndedTask[] {
  return tasks.filter((task): task is EndedTask => task.outcome !== undefined);
}
