import type { EventError, HostOutcome, Reporter, TaskOutcome } from './engine/events.ts';
import type { Change } from './model/change.ts';
import type { Forecast } from './model/forecast.ts';
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
  const collector = new TaskCollector();
  const { hosts } = await run({ ...options, checkMode: true, reporters: [collector] });
  return {
    hosts: hosts.map(({ play, host, outcome, forecast, error }) => ({
      play,
      host,
      outcome,
      tasks: collector.nextTasksOf(play, host),
      ...(forecast !== undefined && { forecast }),
      ...(error !== undefined && { error }),
    })),
  };
}

/** Keeps apart what a host does in several plays, also in plays of one name. */
class TaskCollector implements Reporter {
  /** Of the play under way, by host. */
  #current = new Map<string, TaskPlan[]>();
  /** By play and host, in the order of the plays. */
  readonly #ended = new Map<string, (readonly TaskPlan[])[]>();

  onEvent: Reporter['onEvent'] = (event) => {
    if (event.type === 'play.start') this.#current = new Map();
    if (event.type === 'task.end') {
      const { host, task, subject, outcome, changes, warnings } = event;
      const tasks = this.#current.get(host) ?? [];
      tasks.push({ task, subject, outcome, changes, warnings });
      this.#current.set(host, tasks);
    }
    if (event.type === 'host.end') {
      const key = keyOf(event.play, event.host);
      const ended = this.#ended.get(key) ?? [];
      ended.push(this.#current.get(event.host) ?? []);
      this.#ended.set(key, ended);
    }
  };

  /** Each call answers for the next play of that name. */
  nextTasksOf(play: string, host: string): readonly TaskPlan[] {
    return this.#ended.get(keyOf(play, host))?.shift() ?? [];
  }
}

function keyOf(play: string, host: string): string {
  return JSON.stringify([play, host]);
}
