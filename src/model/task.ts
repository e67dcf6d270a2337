import type { Change } from './change.ts';
import type { Answers, Fact, FactSet } from './fact.ts';

/** Inventory settings of a host that a task may use besides facts. */
export interface HostSettings {
  readonly name: string;
  /** `network_backend` of the inventory. Overrides detection. */
  readonly networkBackend?: string;
}

/** A pure function from desired state and facts to changes. `D` is the validated desired state, with defaults. */
export interface Task<D, F, O> {
  /** Name that users write: `ensureVlan`. */
  readonly name: string;
  /** Facts that the task needs; a pure function if they depend on the desired state, such as on the path of a file. */
  readonly facts: F | ((desired: D) => F);
  /** Checks input before any host is touched. Throws TaskInputError. */
  readonly validate: (input: unknown) => D;
  /** Object of the task in reports: `bond6`, `br6.10`. */
  readonly subject: (desired: D) => string;
  readonly plan: (desired: D, facts: Answers<F>, host: HostSettings) => Plan;
  /** Returns the result for later tasks and the playbook. `facts` are those after the plan. */
  readonly output: (desired: D, facts: Answers<F>) => O;
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Sentences about requests that the user may regret. */
  readonly warnings: readonly string[];
}

export interface TaskResult<O> {
  readonly changed: boolean;
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly output: O;
}

export type AnyFact = Fact<unknown>;

/** Returns the facts that a task needs for a desired state. */
export function factsOf<D, F, O>({ facts }: Pick<Task<D, F, O>, 'facts'>, desired: D): FactSet {
  return (typeof facts === 'function' ? (facts as (desired: D) => F)(desired) : facts) as FactSet;
}
