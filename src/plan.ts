import type { EventError, HostOutcome, TaskOutcome } from './engine/events.ts';
import { allEndedHosts, type EndedHost, type EndedTask, endedTasks } from './engine/fold/ended.ts';
import { RunFold } from './engine/fold/fold-run.ts';
import type { Change } from './model/change.ts';
import { type Forecast, worstForecast } from './model/forecast.ts';
import { run, type RunOptions } from './run.ts';

/** What `plan` takes: all that `run` takes, but for what only a change needs. */
export type PlanOptions = Omit<
  RunOptions,
  'checkMode' | 'rollout' | 'confirmTimeout' | 'owner' | 'sleep' | 'reporters'
>;

/** What would be done where. */
export interface FleetPlan {
  /** Plays in order, hosts in inventory order; also hosts where nothing is to do. */
  readonly hosts: readonly HostPlan[];
}

/** What one play would do on one host. */
export interface HostPlan {
  readonly play: string;
  readonly host: string;
  /** `changed` means: would change. */
  readonly outcome: HostOutcome;
  /** In the order of the playbook. */
  readonly tasks: readonly TaskPlan[];
  /** What it would disrupt; absent when nothing is to change. */
  readonly forecast?: Forecast;
  /** Why the host could not be planned. */
  readonly error?: EventError;
}

/** What one task would do. */
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
 * Tells what plays would do on the hosts of an inventory, and changes nothing: the plan that `run` would carry out, as
 * data. Resolves whatever becomes of hosts: one that cannot be reached or planned has an `error`.
 *
 * @throws InventoryError for a pattern that names nothing, PlaybookError for variables that do not fit; before any host is
 *   touched.
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
