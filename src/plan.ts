import type { EventError, HostOutcome, TaskOutcome } from './engine/events.ts';
import { allEndedHosts, type EndedHost, type EndedTask, endedTasks } from './engine/fold/ended.ts';
import { RunFold } from './engine/fold/fold-run.ts';
import type { Change } from './model/change.ts';
import { type Forecast, worstForecast } from './model/forecast.ts';
import { run, type RunOptions } from './run.ts';

/** Options of `plan`: those of `run` without the ones that only changes need. */
export type PlanOptions = Omit<
  RunOptions,
  'checkMode' | 'rollout' | 'confirmTimeout' | 'owner' | 'sleep' | 'reporters'
>;

/** The planned changes of all hosts. */
export interface FleetPlan {
  /** Plays in order, hosts in inventory order, including hosts without changes. */
  readonly hosts: readonly HostPlan[];
}

/** The planned changes of one play on one host. */
export interface HostPlan {
  readonly play: string;
  readonly host: string;
  /** `changed` means: would change. */
  readonly outcome: HostOutcome;
  /** In the order of the playbook. */
  readonly tasks: readonly TaskPlan[];
  /** Expected disruption; absent if nothing would change. */
  readonly forecast?: Forecast;
  /** The error that prevented planning the host. */
  readonly error?: EventError;
}

/** The planned changes of one task. */
export interface TaskPlan {
  /** `ensureBond` */
  readonly task: string;
  /** `bond6` */
  readonly subject: string;
  readonly outcome: TaskOutcome;
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
}

/**
 * Plans plays on the hosts of an inventory and changes nothing. Returns, as data, the plan that `run` would carry out. Resolves even if hosts fail: a host
 * that cannot be reached or planned has an `error`.
 *
 * @throws InventoryError for a pattern that matches nothing, PlaybookError for invalid variables; both before any host is contacted.
 * @example
 * const inventory = await loadInventory(['hosts.yml']);
 * const { hosts } = await plan({ plays: [bond6], inventory });
 * for (const { host, tasks } of hosts) console.log(host, tasks.flatMap(({ changes }) => changes));
 */
export async function plan(options: PlanOptions): Promise<FleetPlan> {
  const fold = new RunFold();
  await run({ ...options, checkMode: true, reporters: [fold] });
  return { hosts: allEndedHosts(fold.run).map(toHostPlan) };
}

function toHostPlan(ended: EndedHost): HostPlan {
  const { play, host, outcome, forecasts, error } = ended;
  const forecast = worstForecast(forecasts);
  return {
    play,
    host,
    outcome,
    tasks: endedTasks(ended).map(toTaskPlan),
    ...(forecast !== undefined && { forecast }),
    ...(error !== undefined && { error }),
  };
}

function toTaskPlan({ task, subject, outcome, changes, warnings }: EndedTask): TaskPlan {
  return { task, subject, outcome, changes, warnings };
}
