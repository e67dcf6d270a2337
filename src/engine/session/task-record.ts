import { KvmplayError, RollbackFailedError, RolledBackError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import { captureCallSite } from '../call-site.ts';
import type { LeftOutBy, TaskOutcome } from '../events.ts';
import type { ChangeKinds } from '../transaction/change-kinds.ts';
import type { SurveyAnswers } from '../../model/fact.ts';

/** Plans a task again on other answers. */
export type Replan = (answers: SurveyAnswers, prediction: readonly Change[]) => readonly Change[];

/** The planned changes of a task. */
export interface TaskPlan {
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly replan: Replan;
}

type TaskState =
  | { readonly is: 'waiting' }
  | { readonly is: 'ok' }
  /** Its changes are waiting to be made. In check mode this is the final state. */
  | { readonly is: 'planned' }
  | { readonly is: 'done' }
  | { readonly is: 'rolled back' }
  | { readonly is: 'failed'; readonly error: unknown; readonly isRolledBack: boolean }
  | { readonly is: 'skipped'; readonly by: LeftOutBy | undefined };

/** The states that may follow each one. */
const followers: Readonly<Record<TaskState['is'], readonly TaskState['is'][]>> = {
  waiting: ['ok', 'planned', 'done', 'failed', 'skipped'],
  ok: ['failed'],
  planned: ['done', 'rolled back', 'failed', 'skipped'],
  done: ['failed'],
  'rolled back': ['failed'],
  failed: [],
  skipped: [],
};

const outcomes: Readonly<Record<TaskState['is'], TaskOutcome>> = {
  waiting: 'skipped',
  ok: 'ok',
  planned: 'changed',
  done: 'changed',
  'rolled back': 'changed',
  failed: 'failed',
  skipped: 'skipped',
};

/** A task or action of the playbook. Its outcome follows from its state. */
export class TaskRecord {
  readonly task: string;
  readonly tags: readonly string[];
  /** The calling line of the playbook. */
  readonly place: () => string | undefined = captureCallSite();
  /** True once the playbook awaits it. */
  isAwaited = false;
  #subject = '';
  #plan: TaskPlan | undefined;
  /** Committed changes. */
  readonly #made = new Set<Change>();
  #state: TaskState = { is: 'waiting' };

  constructor(task: string, tags: readonly string[]) {
    this.task = task;
    this.tags = tags;
  }

  get subject(): string {
    return this.#subject;
  }

  get changes(): readonly Change[] {
    return this.#plan?.changes ?? [];
  }

  get warnings(): readonly string[] {
    return this.#plan?.warnings ?? [];
  }

  get outcome(): TaskOutcome {
    return outcomes[this.#state.is];
  }

  /** The reason why it was left out. */
  get leftOutBy(): LeftOutBy | undefined {
    return this.#state.is === 'skipped' ? this.#state.by : undefined;
  }

  get error(): unknown {
    return this.#state.is === 'failed' ? this.#state.error : undefined;
  }

  /** True if its changes were made and rolled back. */
  get isRolledBack(): boolean {
    return this.#state.is === 'failed' ? this.#state.isRolledBack : this.#state.is === 'rolled back';
  }

  /** `ensureBond bond6` */
  get title(): string {
    return `${this.task} ${this.#subject}`.trimEnd();
  }

  /** Its turn has come, and its input is valid. */
  begin(subject: string): void {
    this.#subject = subject;
  }

  plan(plan: TaskPlan): void {
    this.#to({ is: plan.changes.length === 0 ? 'ok' : 'planned' });
    this.#plan = plan;
  }

  /** An action has run, or found nothing to do. In check mode `isDone` is false for one that would run. */
  ran({ changed, isDone }: { readonly changed: boolean; readonly isDone: boolean }): void {
    const changing = isDone ? 'done' : 'planned';
    this.#to({ is: changed ? changing : 'ok' });
  }

  leaveOut(by: LeftOutBy): void {
    this.#to({ is: 'skipped', by });
  }

  /** The task was not planned, or its changes were never begun. */
  skip(): void {
    this.#to({ is: 'skipped', by: undefined });
  }

  fail(error: unknown): void {
    if (this.#state.is === 'failed' && this.#state.error === error) return;
    this.#to({ is: 'failed', error, isRolledBack: this.isRolledBack });
  }

  /** A transaction with these changes was committed. */
  commit(changes: readonly Change[]): void {
    if (this.#state.is !== 'planned' || !this.#has(changes)) return;
    for (const change of changes) this.#made.add(change);
    if (this.changes.every((change) => this.#made.has(change))) this.#to({ is: 'done' });
  }

  /** A transaction with these changes was refused before it began. */
  refuse(changes: readonly Change[], error: unknown): void {
    if (this.#state.is !== 'planned' || !this.#has(changes)) return;
    // A half done task is never reported as skipped.
    if (this.changes.some((change) => this.#made.has(change))) this.fail(error);
    else this.skip();
  }

  /** A transaction with these changes was undone. `error` names the change that failed, if one did. */
  rollBack(changes: readonly Change[], error: unknown): void {
    if (this.#state.is !== 'planned' || !this.#has(changes)) return;
    this.#to({ is: 'rolled back' });
    const culprit =
      error instanceof RolledBackError || error instanceof RollbackFailedError ? error.change : undefined;
    if (culprit !== undefined && this.changes.includes(culprit)) this.fail(error);
  }

  /** The play has failed on its host: waiting and planned tasks end here. */
  abandon(): void {
    if (this.#state.is === 'waiting' || this.#state.is === 'planned') this.skip();
  }

  /** Plans the task again and describes the changes that are still needed. `prediction` grows by them. */
  remainder(
    answers: SurveyAnswers,
    { prediction, kinds }: { readonly prediction: Change[]; readonly kinds: ChangeKinds },
  ): readonly string[] {
    try {
      const left = this.#plan?.replan(answers, prediction) ?? [];
      prediction.push(...left);
      return left.map(
        (change) => `${this.task} ${this.#subject} would still: ${kinds.kindOf(change).describe(change)}`,
      );
    } catch (error) {
      return [`${this.task} ${this.#subject}: ${error instanceof Error ? error.message : String(error)}`];
    }
  }

  #has(changes: readonly Change[]): boolean {
    return this.changes.some((change) => changes.includes(change));
  }

  #to(state: TaskState): void {
    if (!followers[this.#state.is].includes(state.is)) {
      throw new KvmplayError(
        'KVMPLAY_INTERNAL',
        `${this.title} is ${this.#state.is} and cannot become ${state.is}`,
      );
    }
    this.#state = state;
  }
}
