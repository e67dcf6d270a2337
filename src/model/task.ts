import type { Change } from './change.ts';
import type { Answers, Fact, FactSet } from './fact.ts';

/** What a task may know about the host besides its facts: settings of the inventory. */
export interface HostSettings {
  readonly name: string;
  /** `network_backend` of the inventory: overrides what is detected. */
  readonly networkBackend?: string;
}

/**
 * A pure function from desired state and facts to changes. `D` is the desired state after validation, with its defaults.
 */
export interface Task<D, F, O> {
  /** As users write it: `ensureVlan`. */
  readonly name: string;
  /** What it asks of a host; where that depends on what is desired, such as the path of a file, a pure function of it. */
  readonly facts: F | ((desired: D) => F);
  /** Checks input before any host is touched. Throws TaskInputError. */
  readonly validate: (input: unknown) => D;
  /** What the task is about, for reports: `bond6`, `br6.10`. */
  readonly subject: (desired: D) => string;
  readonly plan: (desired: D, facts: Answers<F>, host: HostSettings) => Plan;
  /** What later tasks and the playbook use. Facts are those after the plan. */
  readonly output: (desired: D, facts: Answers<F>) => O;
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Sentences about what the user asked for and will regret. */
  readonly warnings: readonly string[];
}

export interface TaskResult<O> {
  readonly changed: boolean;
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly output: O;
}

export type AnyFact = Fact<unknown>;

/** The facts that a task asks for what is desired. */
export function factsOf<D, F, O>({ facts }: Pick<Task<D, F, O>, 'facts'>, desired: D): FactSet {
  return (typeof facts === 'function' ? (facts as (desired: D) => F)(desired) : facts) as FactSet;
}
