import { CancelledError, HostLockedError, isKvmplayError, PlaybookError, UsageError } from '../../errors.ts';
import type { Action, ActionResult } from '../../model/action.ts';
import { answerAfter, type Answers, type Fact, lazyAnswers, valueOfAnswer } from '../../model/fact.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { CommandResult, Host } from '../../model/host.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import { isSelected } from '../../model/tags.ts';
import { type AnyFact, factsOf, type Task, type TaskResult } from '../../model/task.ts';
import { isForeseeable } from '../transaction/to-transactions.ts';
import { FactSource } from './fact-source.ts';
import { HostCommands } from './host-commands.ts';
import type { HostSessionOptions } from './host-session-options.ts';
import { leaveOut } from './left-out.ts';
import { type DoneTransaction, PendingChanges } from './pending-changes.ts';
import { runAction } from './run-action.ts';
import type { StepQuestion } from './step-prompt.ts';
import { TaggedHost } from './tagged-host.ts';
import { TaskRecord } from './task-record.ts';
import { Turns } from './turns.ts';

/** One host during one play. The playbook uses it for facts, tasks, actions and commands. */
export class HostSession implements Host<unknown> {
  readonly name: string;
  readonly groups: readonly string[];
  readonly vars: unknown;
  readonly checkMode: boolean;
  readonly records: TaskRecord[] = [];
  /** Commands run by `exec`. They cannot be undone. */
  readonly commands: string[] = [];
  readonly #options: HostSessionOptions;
  readonly #turns: Turns;
  readonly #facts: FactSource;
  readonly #pending: PendingChanges;
  readonly #commands: HostCommands;

  constructor(options: HostSessionOptions) {
    const { host, connection, checkMode, forecaster, onPhase } = options;
    this.#options = options;
    this.name = host.name;
    this.groups = host.groups;
    this.vars = options.vars;
    this.checkMode = checkMode;
    this.#turns = new Turns(options.signal);
    this.#facts = new FactSource({
      host: host.name,
      connection,
      checkMode,
      beside: forecaster?.facts ?? [],
      onPhase,
    });
    this.#pending = new PendingChanges({
      ...options,
      host: host.name,
      facts: this.#facts,
      turns: this.#turns,
    });
    this.#commands = new HostCommands({
      ...options,
      name: host.name,
      facts: this.#facts,
      turns: this.#turns,
    });
  }

  /** Forecasts of all transactions, including those that did not begin. */
  get forecasts(): readonly Forecast[] {
    return this.#pending.forecasts;
  }

  /** Committed transactions, in order. */
  get transactions(): readonly DoneTransaction[] {
    return this.#pending.done;
  }

  perform<D, F, O>(
    task: Task<D, F, O>,
    input: unknown,
    tags: readonly string[] = [],
  ): Promise<TaskResult<O>> {
    const arrive = this.#facts.announce(this.#isSelected(tags) ? wantedFacts(task, input) : []);
    return this.#record(new TaskRecord(task.name, tags), (record) => {
      arrive();
      return this.#plan(task, input, record);
    });
  }

  act<D, O>(action: Action<D, O>, input: unknown, tags: readonly string[] = []): Promise<ActionResult<O>> {
    return this.#record(new TaskRecord(action.name, tags), (record) => this.#act(action, input, record));
  }

  tagged(...tags: readonly string[]): Host<unknown> {
    return new TaggedHost(this, tags);
  }

  fact<T>(fact: Fact<T>): Promise<T> {
    const arrive = this.#facts.announce([fact]);
    return this.#turns.take(async () => {
      arrive();
      await this.#facts.ask([fact]);
      return this.#facts.current(fact);
    });
  }

  varPlace(variable: string): SourcePlace | undefined {
    return this.#options.host.varPlaces?.get(variable);
  }

  read(command: string): Promise<CommandResult> {
    return this.#turns.take(() => this.#commands.run(command));
  }

  exec(command: string, tags: readonly string[] = []): Promise<CommandResult | undefined> {
    return this.#turns.take(async () => {
      if (!this.#isSelected(tags)) return undefined;
      if (this.checkMode) {
        this.#holdBack(`\`${command}\` by host.exec`);
        return undefined;
      }
      if (!(await this.#isWanted({ task: 'exec', subject: command, changes: [] }))) return undefined;
      await this.#pending.apply();
      this.commands.push(command);
      const result = await this.#commands.run(command);
      this.#pending.forget();
      return result;
    });
  }

  /** Resolves when the play's function ends; rejects if the run is stopped earlier. */
  async untilStopped(work: Promise<void>): Promise<void> {
    await this.#turns.untilStopped(work);
  }

  /** Ends the play on this host: pending changes are applied, verified and committed. */
  async finish(): Promise<void> {
    await this.#turns.settled();
    const forgotten = this.records.find(({ isAwaited }) => !isAwaited);
    if (forgotten !== undefined) {
      throw new PlaybookError(`${forgotten.task} is not awaited: write \`await ${forgotten.task}(...)\``);
    }
    if (this.checkMode) this.#pending.foretell();
    else await this.#pending.apply();
  }

  /** Runs the work of a task or action in its turn, and records the end. */
  #record<T>(record: TaskRecord, work: (record: TaskRecord) => Promise<T>): Promise<T> {
    this.records.push(record);
    return this.#turns.take(
      async () => {
        try {
          return await work(record);
        } catch (error) {
          this.#blame(record, error);
          throw error;
        }
      },
      {
        onAwaited: () => (record.isAwaited = true),
        onCancelled: () => record.abandon(),
      },
    );
  }

  /** Records an error from the turn of a task. */
  #blame(record: TaskRecord, error: unknown): void {
    // An error that prevented all tasks is reported for the host, not for its first task.
    if (error instanceof CancelledError || this.#isKeptOut(error)) record.abandon();
    else if (error instanceof HostLockedError) {
      // A playbook that catches it must not go on beside another run.
      this.#turns.end(error);
      record.abandon();
    }
    // A transaction failed: with changes of earlier tasks, and perhaps of this one.
    else if (this.#turns.isEndedBy(error) && !record.isRolledBack) record.abandon();
    else record.fail(error);
  }

  async #plan<D, F, O>(task: Task<D, F, O>, input: unknown, record: TaskRecord): Promise<TaskResult<O>> {
    const desired = task.validate(input);
    this.#begin(record, task.subject(desired));
    const facts = factsOf(task, desired);
    await this.#facts.ask(Object.values(facts));

    const settings = this.#settings();
    const answer = (read: (fact: AnyFact) => unknown): Answers<F> => lazyAnswers<F>(facts, read);
    const current = (fact: AnyFact): unknown => this.#facts.current(fact);
    const output = (): O => task.output(desired, answer(current));
    if (!this.#isSelected(record.tags)) return leaveOut(record, 'tags', output);

    const { changes, warnings } = task.plan(desired, answer(current), settings);
    const { subject } = record;
    if (changes.length > 0 && !(await this.#isWanted({ task: task.name, subject, changes })))
      return leaveOut(record, 'step', output);
    record.plan({
      changes,
      warnings,
      replan: (answers, prediction) =>
        task.plan(
          desired,
          answer((fact) => valueOfAnswer(answerAfter(fact, answers.get(fact.name), prediction))),
          settings,
        ).changes,
    });
    this.#pending.add(record);
    // Later tasks are planned on the effects of these changes.
    if (
      !this.checkMode &&
      !changes.every((change) => isForeseeable(change, this.#options.transactor.kinds.kindOf))
    )
      await this.#pending.apply();
    return { changed: changes.length > 0, changes, warnings, output: output() };
  }

  async #act<D, O>(action: Action<D, O>, input: unknown, record: TaskRecord): Promise<ActionResult<O>> {
    const desired = action.validate(input);
    const subject = action.subject(desired);
    this.#begin(record, subject);
    const isBarrier = action.effect(desired) !== 'reads';
    const result = this.#isSelected(record.tags)
      ? await runAction(action, desired, {
          host: this.#commands.actionHost(),
          before: async () => {
            await this.#pending.apply();
            // The action may change anything, or may wait for somebody else's change.
            this.#pending.forget();
          },
          isWanted: async () => {
            if (!(await this.#isWanted({ task: action.name, subject, changes: [] }))) return false;
            this.commands.push(record.title);
            return true;
          },
        })
      : 'tags';
    if (typeof result === 'string') {
      record.leaveOut(result);
      return { changed: false, output: undefined };
    }
    if (result.changed && this.checkMode && isBarrier) this.#holdBack(record.title);
    record.ran({ changed: result.changed, isDone: isBarrier && !this.checkMode });
    return result;
  }

  #begin(record: TaskRecord, subject: string): void {
    record.begin(subject);
    this.#options.onTask?.(record, this.records.indexOf(record));
  }

  /** Handles a command that check mode does not run. */
  #holdBack(command: string): void {
    if (!this.#options.refuseCommands) return;
    throw new UsageError(`the play runs ${command}, and a plan cannot predict its changes`);
  }

  #isSelected(tags: readonly string[]): boolean {
    return isSelected(tags, this.#options.selection);
  }

  async #isWanted(question: Omit<StepQuestion, 'host'>): Promise<boolean> {
    const { step } = this.#options;
    if (step === undefined) return true;
    const isWanted = await step({ host: this.name, ...question });
    this.#turns.throwIfOver();
    return isWanted;
  }

  /** Returns true if an error kept us from ever reaching the host. */
  #isKeptOut(error: unknown): boolean {
    return isKvmplayError(error) && error.isUnreachable && !this.#options.connection.isOpen;
  }

  #settings(): { name: string; networkBackend?: string } {
    const backend = this.#options.host.vars['network_backend'];
    return { name: this.name, ...(typeof backend === 'string' && { networkBackend: backend }) };
  }
}

/** Empty for invalid input; the task reports the error when its turn comes. */
function wantedFacts<D, F, O>(task: Task<D, F, O>, input: unknown): readonly AnyFact[] {
  try {
    return Object.values(factsOf(task, task.validate(input)));
  } catch {
    return [];
  }
}
