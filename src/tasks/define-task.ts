import type * as z from 'zod';
import type { Answers, FactSet } from '../model/fact.ts';
import type { Host } from '../model/host.ts';
import type { HostSettings, Plan, Task, TaskResult } from '../model/task.ts';
import { validateInput } from './input/validate-input.ts';

/** A task as playbooks call it. `I` is the input as users write it, `D` the validated input. */
export interface TaskFunction<I, D, F, O> {
  (host: Pick<Host, 'perform'>, desired: I): Promise<TaskResult<O>>;
  /** The task as data, for engines and tests. */
  readonly task: Task<D, F, O>;
}

/** The definition that `defineTask` takes. */
export interface TaskDefinition<I, D, F, O> {
  readonly name: string;
  /** Zod schema. The message of each field says what the value should be, such as `a whole number from 1 to 4094`. */
  readonly schema: z.ZodType<D, I>;
  /** Checks rules across fields. Returns the end of a sentence that begins with task and subject; undefined if the input is valid. */
  readonly check?: (desired: D) => string | undefined;
  /** Facts by the names under which `plan` sees the answers; a function if they depend on the desired state. */
  readonly facts: F | ((desired: D) => F);
  readonly subject: (desired: D) => string;
  readonly plan: (desired: D, facts: Answers<F>, host: HostSettings) => Plan;
  readonly output: (desired: D, facts: Answers<F>) => O;
}

/** Makes a task callable: `await ensureVlan(host, { parent: 'br6', id: 10 })`. */
export function defineTask<I, D, F extends FactSet, O>(
  definition: TaskDefinition<I, D, F, O>,
): TaskFunction<I, D, F, O> {
  const { name, facts, subject, plan, output } = definition;
  const task: Task<D, F, O> = {
    name,
    facts,
    subject,
    plan,
    output,
    validate: (input) => validateInput(definition, input),
  };
  return Object.assign((host: Pick<Host, 'perform'>, desired: I) => host.perform(task, desired), { task });
}
