import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { isKvmplayError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import { describeChange, inverseOf } from '../changes/index.ts';
import { factsOf, type Plan, type Task } from '../model/task.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type FakeHost, fakeHost } from './fake-host.ts';
import { differencesOf } from './host-differences.ts';
import type { FakeHostOptions } from './host-options.ts';

/** A task, or the result of `defineTask`. */
export type TaskLike<D, F, O> = Task<D, F, O> | { readonly task: Task<D, F, O> };

/** Outcome of a task that kept the laws. `refused` is a TaskInputError or PlanError. */
export type LawfulEnd = 'ok' | 'changed' | 'refused';

/**
 * Performs a task on a fake host and checks the laws of tasks:
 *
 * - planning is pure: the same answers give the same plan twice, and neither answers nor input are written to;
 * - the plan is complete: it lists exactly what a kernel would do;
 * - it converges: a second plan has no changes;
 * - it can be undone: the inverse changes, last one first, restore the host.
 *
 * `host` is a fake host, which stays unchanged, or the description of one.
 *
 * @example
 * fc.assert(fc.asyncProperty(input, async (desired) => {
 *   await checkTaskLaws(ensureHostsEntry, desired, { files: { '/etc/hosts': '127.0.0.1 localhost\\n' } });
 * }));
 *
 * @throws AssertionError that names the broken law and the violation.
 */
export async function checkTaskLaws<D, F, O>(
  task: TaskLike<D, F, O>,
  input: unknown,
  host: FakeHost | FakeHostOptions = {},
): Promise<LawfulEnd> {
  const plain = 'task' in task ? task.task : task;
  const start = 'perform' in host ? host : fakeHost(host);
  let end: LawfulEnd = 'refused';
  try {
    const before = await planTwice(plain, input, start);
    end = before.changes.length === 0 ? 'ok' : 'changed';
  } catch (error) {
    if (isKvmplayError(error) && ['KVMPLAY_PLAN', 'KVMPLAY_TASK_INPUT'].includes(error.code)) return end;
    throw error;
  }
  await checkOn(start.copy(), start, { task: plain, input });
  return end;
}

interface Performance<D, F, O> {
  readonly task: Task<D, F, O>;
  readonly input: unknown;
}

async function planTwice<D, F, O>(task: Task<D, F, O>, input: unknown, host: FakeHost): Promise<Plan> {
  const desired = deepFreeze(task.validate(deepFreeze(input)));
  const entries: [string, unknown][] = [];
  for (const [key, fact] of Object.entries(factsOf(task, desired)))
    entries.push([key, await host.fact(fact)]);
  const answers = deepFreeze(Object.fromEntries(entries)) as Parameters<typeof task.plan>[1];
  const plan = (): Plan => {
    try {
      return task.plan(desired, answers, { name: host.name });
    } catch (error) {
      throw error instanceof TypeError
        ? broken(task, desired, `is not pure: ${error.message}`, error)
        : error;
    }
  };
  const [one, other] = [plan(), plan()];
  if (!isDeepStrictEqual(one, other))
    throw broken(task, desired, 'is not pure: a second plan differs from the first');
  return one;
}

async function checkOn<D, F, O>(
  host: FakeHost,
  start: FakeHost,
  { task, input }: Performance<D, F, O>,
): Promise<void> {
  const desired = task.validate(input);
  let changes: readonly Change[];
  try {
    ({ changes } = await host.perform(task, input));
  } catch (error) {
    throw broken(task, desired, `is not honest: ${(error as Error).message}`, error);
  }
  const again = await leftOver(host, { task, input });
  if (again !== '') throw broken(task, desired, `does not converge: a second run would still make ${again}`);

  const undo = changes.toReversed().flatMap((change) => inverseOf(change) ?? []);
  try {
    await host.perform(taskOf(undo), undefined);
  } catch (error) {
    throw broken(task, desired, `cannot be undone: ${(error as Error).message}`, error);
  }
  const [difference] = differencesOf(start, host);
  if (difference !== undefined) throw broken(task, desired, `cannot be undone: ${difference}`);
}

async function leftOver<D, F, O>(host: FakeHost, { task, input }: Performance<D, F, O>): Promise<string> {
  try {
    const { changes } = await host.copy().perform(task, input);
    return changes.map(describeChange).join('; ');
  } catch (error) {
    return (error as Error).message;
  }
}

/** Builds a task of exactly these changes. */
function taskOf(changes: readonly Change[]): Task<undefined, object, undefined> {
  return {
    name: 'undo',
    facts: {},
    validate: () => undefined,
    subject: () => '',
    plan: () => ({ changes, warnings: [] }),
    output: () => undefined,
  };
}

function broken<D, F, O>(task: Task<D, F, O>, desired: D, what: string, cause?: unknown): AssertionError {
  const error = new AssertionError({ message: `${task.name} ${task.subject(desired)} ${what}` });
  if (cause !== undefined) error.cause = cause;
  return error;
}
