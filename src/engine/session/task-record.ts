import { PlanError, RollbackFailedError, RolledBackError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import { describeChange } from '../../model/describe-change.ts';
import type { TaskResult } from '../../model/task.ts';
import { captureCallSite } from '../call-site.ts';
import type { LeftOutBy, TaskOutcome } from '../events.ts';
import type { SurveyAnswers } from '../transaction/transaction.ts';

/** A task or action that the playbook performed, and how it stands. */
export interface TaskRecord {
  readonly task: string;
  readonly tags: readonly string[];
  subject: string;
  changes: readonly Change[];
  warnings: readonly string[];
  outcome: TaskOutcome;
  /** Why it was never planned or run. */
  leftOutBy?: LeftOutBy;
  rolledBack: boolean;
  /** Its changes are committed, or it ran. */
  done?: boolean;
  error?: unknown;
  /** The playbook's line. */
  readonly place: () => string | undefined;
  awaited: boolean;
  /** Plans the task once more on other answers. */
  replan?: (answers: SurveyAnswers, prediction: readonly Change[]) => readonly Change[];
}

export function newRecord(task: string, tags: readonly string[]): TaskRecord {
  return {
    task,
    tags,
    subject: '',
    changes: [],
    warnings: [],
    outcome: 'ok',
    rolledBack: false,
    place: captureCallSite(),
    awaited: false,
  };
}

/** Marks the task whose change could not be made. */
export function blame(records: readonly TaskRecord[], error: unknown): void {
  if (!(error instanceof RolledBackError) && !(error instanceof RollbackFailedError)) return;
  const { change } = error;
  const culprit = change && records.find(({ changes }) => changes.includes(change));
  if (culprit === undefined) return;
  culprit.outcome = 'failed';
  culprit.error = error;
}

/** What every task would still do: nothing, or sentences that name the task and the change. */
export function replanAll(
  records: readonly TaskRecord[],
  answers: SurveyAnswers,
  staged: readonly Change[],
): readonly string[] {
  const prediction = [...staged];
  return records.flatMap((record) => {
    try {
      const left = record.replan?.(answers, prediction) ?? [];
      prediction.push(...left);
      return left.map((change) => `${record.task} ${record.subject} would still: ${describeChange(change)}`);
    } catch (error) {
      return [`${record.task} ${record.subject}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

/**
 * Puts down that a task is skipped. Its output is that of the facts as they are; what cannot be told of them is an error
 * only for who asks.
 */
export function leaveOut<O>(record: TaskRecord, by: LeftOutBy, output: () => O): TaskResult<O> {
  record.outcome = 'skipped';
  record.leftOutBy = by;
  const known = attempt(output);
  return {
    changed: false,
    changes: [],
    warnings: [],
    get output(): O {
      if (!('error' in known)) return known.value;
      const title = `${record.task} ${record.subject}`.trimEnd();
      throw new PlanError(`${title} is skipped, and the host as it is does not tell its output`, {
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
