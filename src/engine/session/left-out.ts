import { PlanError } from '../../errors.ts';
import type { LeftOutBy } from '../events.ts';
import type { TaskResult } from '../../model/task.ts';
import type { TaskRecord } from './task-record.ts';

/** Marks a task as left out. Its output describes the host as it is; if that is unknown, reading `output` throws. */
export function leaveOut<O>(record: TaskRecord, by: LeftOutBy, output: () => O): TaskResult<O> {
  record.leaveOut(by);
  const known = attempt(output);
  return {
    changed: false,
    changes: [],
    warnings: [],
    get output(): O {
      if (!('error' in known)) return known.value;
      throw new PlanError(`${record.title} is skipped, and its output cannot be read from the host`, {
        cause: known.error,
      });
    },
  };
}

function attempt<T>(work: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}
