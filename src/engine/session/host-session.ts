import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import {
  AuthenticationError,
  CancelledError,
  CommandError,
  HostKeyError,
  PlanError,
  PlaybookError,
  UnreachableError,
  UsageError,
} from '../../errors.ts';
import type { Action, ActionHost, ActionResult } from '../../model/action.ts';
import type { Change } from '../../model/change.ts';
import type { Answers, Fact } from '../../model/fact.ts';
import { describeDisruption, exceeds, type Forecast } from '../../model/forecast.ts';
import type { CommandResult, Host } from '../../model/host.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import { type AnyFact, factsOf, type Task, type TaskResult } from '../../model/task.ts';
import { isSelected } from '../../model/tags.ts';
import { finishCommitScript, unfinishedCommit } from '../transaction/unfinished-commit.ts';
import type { HostSessionOptions } from './host-session-options.ts';
import { hostScript } from '../connection/host-script.ts';
import { foldChanges, KnownFacts } from './known-facts.ts';
import { runAction } from './run-action.ts';
import type { StepQuestion } from './step-prompt.ts';
import { TaggedHost } from './tagged-host.ts';
import { blame, leaveOut, newRecord, replanAll, type TaskRecord } from './task-record.ts';
import { isForeseeable, toTransactions } from '../transaction/to-transactions.ts';
import { runTransaction, type SurveyAnswers } from '../transaction/transaction.ts';
import { WatchedPromise } from './watched-promise.ts';

/** A transaction that was committed. */
export interface DoneTransaction {
  readonly changes: readonly Change[];
  /** What the host had been asked, and answered before the change. */
  readonly facts: readonly AnyFact[];
  readonly before: SurveyAnswers;
}

/** One host during one play: what it is, what the playbook wants, what is to be done. */
export class HostSession implements Host<unknown> {
  readonly name: string;
  readonly groups: readonly string[];
  readonly vars: unknown;
  readonly checkMode: boolean;
  readonly records: TaskRecord[] = [];
  /** Of every transaction that was about to begin. */
  readonly forecasts: Forecast[] = [];
  /** Transactions that took effect, in order, for who would take them back. */
  readonly transactions: DoneTransaction[] = [];
  /** What `exec` ran: nobody can take that back. */
  readonly commands: string[] = [];
  readonly #options: HostSessionOptions;
  readonly #known = new KnownFacts();
  /** Records whose changes are in the prediction. */
  #pending: TaskRecord[] = [];
  /** What will be asked by who was called and has not had its turn: one exec asks for all of `Promise.all`. */
  readonly #upcoming = new Set<readonly AnyFact[]>();
  #queue: Promise<unknown> = Promise.resolve();
  /** Of a transaction: a playbook that catches it must not go on from there. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: HostSessionOptions) {
    this.#options = options;
    this.name = options.host.name;
    this.groups = options.host.groups;
    this.vars = options.vars;
    this.checkMode = options.checkMode;
  }

  perform<D, F, O>(
    task: Task<D, F, O>,
    input: unknown,
    tags: readonly string[] = [],
  ): Promise<TaskResult<O>> {
    const asked = this.#isSelected(tags) ? wantedFacts(task, input) : [];
    this.#upcoming.add(asked);
    return this.#record(newRecord(task.name, tags), (record) => {
      this.#upcoming.delete(asked);
      return this.#plan(task, input, record);
    });
  }

  act<D, O>(action: Action<D, O>, input: unknown, tags: readonly string[] = []): Promise<ActionResult<O>> {
    return this.#record(newRecord(action.name, tags), (record) => this.#act(action, input, record));
  }

  tagged(...tags: readonly string[]): Host<unknown> {
    return new TaggedHost(this, tags);
  }

  fact<T>(fact: Fact<T>): Promise<T> {
    const asked = [fact];
    this.#upcoming.add(asked);
    return this.#enqueue(async () => {
      this.#upcoming.delete(asked);
      await this.#ask(asked);
      return this.#known.current(fact);
    });
  }

  varPlace(variable: string): SourcePlace | undefined {
    return this.#options.host.varPlaces?.get(variable);
  }

  read(command: string): Promise<CommandResult> {
    return this.#enqueue(() => this.#run(command));
  }

  exec(command: string, tags: readonly string[] = []): Promise<CommandResult | undefined> {
    return this.#enqueue(async () => {
      if (!this.#isSelected(tags)) return undefined;
      if (this.checkMode) {
        this.#holdBack(`\`${command}\` by host.exec`);
        return undefined;
      }
      if (!(await this.#isWanted({ task: 'exec', subject: command, changes: [] }))) return undefined;
      await this.#apply();
      this.commands.push(command);
      const result = await this.#run(command);
      // The command may have changed anything: what was known is no longer.
      this.#forget();
      return result;
    });
  }

  /** The play's function may wait for something that never comes: a run that is stopped does not wait with it. */
  async untilStopped(work: Promise<void>): Promise<void> {
    const { signal } = this.#options;
    if (signal === undefined) {
      await work;
      return;
    }
    // One signal stops a whole fleet: so many listeners are no leak.
    setMaxListeners(0, signal);
    const settled = new AbortController();
    const stopped = new Promise<never>((_, reject) => {
      const stop = async (): Promise<void> => {
        // A change under way comes to its end, and a function that then ends by itself says best how.
        await this.#queue;
        await setImmediate();
        reject(this.#failure === undefined ? new CancelledError() : (this.#failure.error as Error));
      };
      signal.addEventListener('abort', () => void stop(), { once: true, signal: settled.signal });
    });
    try {
      await Promise.race([work, stopped]);
    } finally {
      settled.abort();
    }
  }

  /** Ends the play on this host: what is pending is applied, verified and committed. */
  async finish(): Promise<void> {
    await this.#queue;
    if (this.#failure !== undefined) throw this.#failure.error;
    const forgotten = this.records.find((record) => !record.awaited);
    if (forgotten !== undefined) {
      throw new PlaybookError(`${forgotten.task} is not awaited: write \`await ${forgotten.task}(...)\``);
    }
    if (this.checkMode) this.#foretell();
    else await this.#apply();
  }

  #enqueue<T>(work: () => Promise<T>, record?: TaskRecord): Promise<T> {
    const result = this.#queue.then(() => {
      if (record !== undefined && this.#isCancelled()) record.outcome = 'skipped';
      this.#throwIfOver();
      return work();
    });
    this.#queue = result.catch(() => undefined);
    return new WatchedPromise(result, () => {
      if (record !== undefined) record.awaited = true;
    });
  }

  #throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isCancelled()) throw new CancelledError();
  }

  #isCancelled(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** Does the work of a task or action when its turn comes, and puts down when it fails. */
  #record<T>(record: TaskRecord, work: (record: TaskRecord) => Promise<T>): Promise<T> {
    this.records.push(record);
    return this.#enqueue(async () => {
      try {
        return await work(record);
      } catch (error) {
        // What kept every task from its host is told of the host, not of the first task.
        if (error instanceof CancelledError || isKeptOut(error)) {
          record.outcome = 'skipped';
        } else {
          record.outcome = 'failed';
          record.error = error;
        }
        throw error;
      }
    }, record);
  }

  async #plan<D, F, O>(task: Task<D, F, O>, input: unknown, record: TaskRecord): Promise<TaskResult<O>> {
    const desired = task.validate(input);
    record.subject = task.subject(desired);
    this.#options.onTask?.(record, this.records.indexOf(record));
    const facts = factsOf(task, desired);
    await this.#ask(Object.values(facts));

    const settings = this.#settings();
    const answer = (read: (fact: AnyFact) => unknown): Answers<F> =>
      Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, read(fact)])) as Answers<F>;
    const current = (fact: AnyFact): unknown => this.#known.current(fact);
    const output = (): O => task.output(desired, answer(current));
    if (!this.#isSelected(record.tags)) return leaveOut(record, 'tags', output);

    const { changes, warnings } = task.plan(desired, answer(current), settings);
    const { subject } = record;
    if (changes.length > 0 && !(await this.#isWanted({ task: task.name, subject, changes })))
      return leaveOut(record, 'step', output);
    record.changes = changes;
    record.warnings = warnings;
    record.outcome = changes.length === 0 ? 'ok' : 'changed';
    record.replan = (answers, prediction) =>
      task.plan(
        desired,
        answer((fact) => foldChanges(fact, answers.get(fact.name), prediction)),
        settings,
      ).changes;
    this.#known.expect(changes);
    this.#pending.push(record);
    // What comes after it is planned on what it brought.
    if (!this.checkMode && !changes.every(isForeseeable)) await this.#apply();
    return { changed: changes.length > 0, changes, warnings, output: output() };
  }

  async #act<D, O>(action: Action<D, O>, input: unknown, record: TaskRecord): Promise<ActionResult<O>> {
    const desired = action.validate(input);
    const subject = (record.subject = action.subject(desired));
    this.#options.onTask?.(record, this.records.indexOf(record));
    const isBarrier = action.effect(desired) !== 'reads';
    const result = this.#isSelected(record.tags)
      ? await runAction(action, desired, {
          host: this.#actionHost(),
          before: async () => {
            await this.#apply();
            // What it waits for, or does, may be anything: what was known is no longer.
            this.#forget();
          },
          isWanted: async () => {
            if (!(await this.#isWanted({ task: action.name, subject, changes: [] }))) return false;
            this.commands.push(`${action.name} ${subject}`.trimEnd());
            return true;
          },
        })
      : 'tags';
    if (typeof result === 'string') {
      record.outcome = 'skipped';
      record.leftOutBy = result;
      return { changed: false, output: undefined };
    }
    if (result.changed && this.checkMode && isBarrier) this.#holdBack(`${action.name} ${subject}`.trimEnd());
    record.outcome = result.changed ? 'changed' : 'ok';
    if (isBarrier && !this.checkMode) record.done = true;
    return result;
  }

  /** What would run, does not. */
  #holdBack(command: string): void {
    if (!this.#options.refuseCommands) return;
    throw new UsageError(`the play runs ${command}, and no plan can say what that changes`);
  }

  #actionHost(): ActionHost {
    return {
      name: this.name,
      checkMode: this.checkMode,
      run: async (command) => {
        this.#throwIfOver();
        await this.#connect();
        this.#options.onPhase('command');
        const { timeout } = command;
        return await this.#options.connection.exec(
          hostScript(command),
          ...(timeout === undefined ? [] : [timeout * 1000]),
        );
      },
    };
  }

  #isSelected(tags: readonly string[]): boolean {
    return isSelected(tags, this.#options.selection);
  }

  async #isWanted(question: Omit<StepQuestion, 'host'>): Promise<boolean> {
    const { step } = this.#options;
    if (step === undefined) return true;
    const isWanted = await step({ host: this.name, ...question });
    this.#throwIfOver();
    return isWanted;
  }

  /** Those of the forecaster, and of what waits for its turn, are asked only when others must be. */
  async #ask(facts: readonly AnyFact[]): Promise<void> {
    const isMissing = (fact: AnyFact): boolean => !this.#known.has(fact);
    if (!facts.some(isMissing)) return;
    const beside = this.#options.forecaster?.facts ?? [];
    const asked = [...facts, ...beside, ...[...this.#upcoming].flat()];
    const missing = [...new Map(asked.map((fact) => [fact.name, fact])).values()].filter(isMissing);
    await this.#connect();
    this.#options.onPhase('survey');
    const { connection } = this.#options;
    let answers = await connection.survey(this.#known.isEmpty ? [unfinishedCommit, ...missing] : missing);
    if (answers.get(unfinishedCommit.name) === true && !this.checkMode) {
      await connection.exec(finishCommitScript);
      answers = await connection.survey(missing);
    }
    this.#known.add(missing, answers);
    this.#options.onPhase('plan');
  }

  async #connect(): Promise<void> {
    const { connection, onPhase } = this.#options;
    if (connection.isOpen) return;
    onPhase('connect');
    await connection.open();
  }

  async #run(command: string): Promise<CommandResult> {
    await this.#connect();
    this.#options.onPhase('command');
    const result = await this.#options.connection.exec(
      `export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"\n${command}\n`,
    );
    if (result.code === 0) return result;
    throw new CommandError(`\`${command}\` ended with ${String(result.code)} on ${this.name}`, {
      details: result.stderr.split('\n').filter(Boolean),
    });
  }

  async #apply(): Promise<void> {
    if (this.#known.prediction.length === 0) return;
    this.#throwIfOver();
    this.#foretell();
    const records = this.#pending;
    const done = new Set<Change>();
    const transactions = toTransactions(this.#known.prediction);
    for (const [index, changes] of transactions.entries()) {
      this.#throwIfOver();
      const later = transactions.slice(index + 1).flat();
      this.#known.restart(await this.#commit(changes, later), later);
      for (const change of changes) done.add(change);
      for (const record of records) record.done = record.changes.every((change) => done.has(change));
    }
    this.#pending = [];
  }

  /** Makes the changes of one transaction. `later` are those of the ones that follow. */
  async #commit(changes: readonly Change[], later: readonly Change[]): Promise<SurveyAnswers> {
    const { connection, owner, probes, confirmTimeout, forecaster, onPhase, onDone } = this.#options;
    const records = this.#pending;
    const { answers: before, answered: facts } = this.#known;
    try {
      const answers = await connection.uninterrupted(() =>
        runTransaction({
          host: this.name,
          connection,
          facts,
          before,
          changes,
          probes,
          owner,
          confirmTimeout,
          replan: (seen, staged) => replanAll(records, seen, [...staged, ...later]),
          verify: forecaster?.verify,
          onPhase,
        }),
      );
      onDone(changes);
      this.transactions.push({ changes, facts, before });
      return answers;
    } catch (error) {
      for (const record of records)
        record.rolledBack = record.changes.some((change) => changes.includes(change));
      blame(records, error);
      this.#failure = { error };
      throw error;
    }
  }

  /** Tells what the pending changes will disrupt. Throws PlanError when that is too much. */
  #foretell(): void {
    const { forecaster, maxDisruption, onForecast } = this.#options;
    const { answers, prediction: changes } = this.#known;
    if (forecaster === undefined || changes.length === 0) return;
    const forecast = forecaster.forecast(changes, answers);
    this.forecasts.push(forecast);
    onForecast(forecast);
    if (maxDisruption === undefined || !exceeds(forecast, maxDisruption)) return;
    const [worst = '', ...details] = forecast.reasons;
    throw new PlanError(
      `the disruption of ${this.name} would be ${describeDisruption(forecast)} (${worst}), it should be at most ${maxDisruption}`,
      { details },
    );
  }

  #forget(): void {
    this.#known.restart(new Map());
    this.#pending = [];
  }

  #settings(): { name: string; networkBackend?: string } {
    const backend = this.#options.host.vars['network_backend'];
    return { name: this.name, ...(typeof backend === 'string' && { networkBackend: backend }) };
  }
}

function isKeptOut(error: unknown): boolean {
  return (
    error instanceof UnreachableError || error instanceof HostKeyError || error instanceof AuthenticationError
  );
}

/** Those of a task whose input is wrong are none: it says so when its turn comes. */
function wantedFacts<D, F, O>(task: Task<D, F, O>, input: unknown): readonly AnyFact[] {
  try {
    return Object.values(factsOf(task, task.validate(input)));
  } catch {
    return [];
  }
}
