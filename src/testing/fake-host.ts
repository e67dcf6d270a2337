import { commandText } from '../engine/connection/host-script.ts';
import { runAction } from '../engine/session/run-action.ts';
import type { Packages, Service } from '../facts/index.ts';
import { RolledBackError, UsageError } from '../errors.ts';
import type { Action, ActionResult, HostCommand } from '../model/action.ts';
import type { Change } from '../model/change.ts';
import type { ConfigFiles } from '../model/config-file.ts';
import { describeChange } from '../changes/index.ts';
import { type Answers, type Fact, lazyAnswers } from '../model/fact.ts';
import type { FakeState } from '../model/fake-state.ts';
import type { CommandResult, Host, HostVars } from '../model/host.ts';
import type { Address, Links, Route } from '../model/link.ts';
import { factsOf, type Task, type TaskResult } from '../model/task.ts';
import { type FakeHostOptions, initialState, withPackages } from './host-options.ts';
import { stateAfter, textFilesOf } from './host-state.ts';
import { refusalOf } from './kernel-rules.ts';

/** A task performed on a fake host. */
export interface PerformedTask {
  /** `ensureBond` */
  readonly task: string;
  /** `bond6` */
  readonly subject: string;
  readonly changed: boolean;
}

/** A host in memory that records tasks and changes. */
export interface FakeHost<V = HostVars> extends Host<V> {
  /** All changes by tasks, in order. */
  readonly changes: readonly Change[];
  /** The tasks, in order. */
  readonly tasks: readonly PerformedTask[];
  /** Warnings of tasks, in order. */
  readonly warnings: readonly string[];
  readonly links: Links;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  /** Text files by path. */
  readonly files: ConfigFiles;
  /** Settings of the kernel by key. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** Kernel modules by name, with underscores. */
  readonly modules: FakeState['modules'];
  readonly packages: Packages;
  readonly services: ReadonlyMap<string, Service>;
  /** Returns an independent copy of the host in its present state. */
  copy(): FakeHost<V>;
}

/**
 * A host for tests of tasks and playbooks, without machine or network. Tasks are planned on its facts. Their changes take effect at once, unless a kernel
 * would refuse them.
 *
 * @example
 * const host = fakeHost({ links: [ethernet('eno4'), ethernet('eno5')] });
 * await ensureBond(host, { name: 'bond6', mode: 6, ports: ['eno4', 'eno5'] });
 * host.links.get('eno4')?.controller; // 'bond6'
 *
 * @throws RolledBackError from a task, with the kernel's words, when the kernel would refuse a change or do something that the plan does not list. The host
 * is then as it was before the task.
 */
export function fakeHost<V = HostVars>(options: FakeHostOptions<V> = {}): FakeHost<V> {
  return new HostInMemory(options);
}

class HostInMemory<V> implements FakeHost<V> {
  readonly name: string;
  readonly groups: readonly string[];
  readonly vars: V;
  readonly checkMode: boolean;
  readonly changes: Change[] = [];
  readonly tasks: PerformedTask[] = [];
  readonly warnings: string[] = [];
  readonly #options: FakeHostOptions<V>;
  /** The state before the changes from number `#since` on. */
  #start: FakeState;
  #since = 0;
  #state: FakeState;
  /** Cached answers of facts, with the number of changes they include. */
  readonly #folded = new Map<string, { readonly count: number; readonly value: unknown }>();

  constructor(options: FakeHostOptions<V>) {
    this.#options = options;
    this.name = options.name ?? 'kvm1';
    this.groups = options.groups ?? [];
    this.vars = options.vars ?? ({} as V);
    this.checkMode = options.checkMode ?? false;
    this.#start = this.#state = initialState(options);
  }

  get links(): Links {
    return this.#state.links;
  }

  get addresses(): readonly Address[] {
    return this.#state.addresses;
  }

  get routes(): readonly Route[] {
    return this.#state.routes;
  }

  get files(): ConfigFiles {
    return textFilesOf(this.#state);
  }

  get sysctls(): ReadonlyMap<string, string> {
    return this.#state.sysctls;
  }

  get modules(): FakeState['modules'] {
    return this.#state.modules;
  }

  get packages(): Packages {
    return this.#state.packages;
  }

  get services(): ReadonlyMap<string, Service> {
    return this.#state.services;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what a real host answers late is an answer late here too.
  async perform<D, F, O>(task: Task<D, F, O>, input: unknown): Promise<TaskResult<O>> {
    const desired = task.validate(input);
    const subject = task.subject(desired);
    const { changes, warnings } = task.plan(desired, this.#answersTo(task, desired), this.#settings());
    this.#apply(`${task.name} ${subject}`, changes);
    const changed = changes.length > 0;
    this.tasks.push({ task: task.name, subject, changed });
    this.warnings.push(...warnings);
    return { changed, changes, warnings, output: task.output(desired, this.#answersTo(task, desired)) };
  }

  copy(): FakeHost<V> {
    const copy = new HostInMemory(this.#options);
    copy.changes.push(...this.changes);
    copy.tasks.push(...this.tasks);
    copy.warnings.push(...this.warnings);
    copy.#start = this.#start;
    copy.#since = this.#since;
    copy.#state = this.#state;
    return copy;
  }

  async act<D, O>(action: Action<D, O>, input: unknown): Promise<ActionResult<O>> {
    const { name, checkMode } = this;
    const run = (command: HostCommand): Promise<CommandResult> => this.#run(commandText(command));
    const result = await runAction(action, action.validate(input), {
      host: { name, checkMode, run },
      // Changes of tasks have already taken effect.
      before: () => Promise.resolve(),
      isWanted: () => Promise.resolve(true),
    });
    return typeof result === 'string' ? { changed: false, output: undefined } : result;
  }

  /** Tags make no difference, since a fake host has no selection. */
  tagged(): this {
    return this;
  }

  /** Variables of a fake host come from no file. */
  varPlace(): undefined {
    return undefined;
  }

  fact<T>(fact: Fact<T>): Promise<T> {
    return new Promise((resolve) => resolve(this.#answer(fact)));
  }

  read(command: string): Promise<CommandResult> {
    return this.#run(command);
  }

  async exec(command: string): Promise<CommandResult | undefined> {
    return this.checkMode ? undefined : this.#run(command);
  }

  #run(command: string): Promise<CommandResult> {
    const { commands } = this.#options;
    if (commands === undefined) {
      return Promise.reject(
        new UsageError(`${this.name} has no answer to \`${command}\`: commands should give one`),
      );
    }
    return Promise.resolve(commands(command));
  }

  #settings(): { name: string; networkBackend?: string } {
    const { network_backend: backend } = this.vars as { readonly network_backend?: unknown };
    return { name: this.name, ...(typeof backend === 'string' && { networkBackend: backend }) };
  }

  #answersTo<D, F, O>(task: Task<D, F, O>, desired: D): Answers<F> {
    return lazyAnswers<F>(factsOf(task, desired), (fact) => this.#answer(fact));
  }

  #answer<T>(fact: Fact<T>): T {
    const known = this.#folded.get(fact.name);
    const start = known === undefined ? this.#startOf(fact) : (known.value as T);
    const value = this.changes
      .slice(known?.count ?? 0)
      .reduce((now, change) => fact.after(now, change), start);
    this.#folded.set(fact.name, { count: this.changes.length, value });
    return value;
  }

  #startOf<T>(fact: Fact<T>): T {
    const { answers = {} } = this.#options;
    if (Object.hasOwn(answers, fact.name)) {
      const earlier = this.changes.slice(0, this.#since);
      return earlier.reduce((now, change) => fact.after(now, change), answers[fact.name] as T);
    }
    if (fact.fake !== undefined) return fact.fake(this.#start);
    throw new UsageError(`${this.name} has no answer to fact ${fact.name}: option answers should give one`);
  }

  #apply(task: string, changes: readonly Change[]): void {
    let state = this.#state;
    for (const change of changes) {
      const refusal = refusalOf(state, change) ?? this.#refusePackage(change);
      if (refusal !== undefined) throw new RolledBackError(`${task}: ${describeChange(change)}: ${refusal}`);
      state = stateAfter(state, change);
    }
    this.#state = state;
    this.changes.push(...changes);
    this.#bringPackages(changes);
  }

  #refusePackage(change: Change): string | undefined {
    const { repository } = this.#options;
    if (change.kind !== 'package.install' || repository === undefined) return undefined;
    const unknown = change.names.find((name) => !Object.hasOwn(repository, name));
    return unknown === undefined ? undefined : `No package ${unknown} available.`;
  }

  /** As on a real host, later tasks see what packages brought. */
  #bringPackages(changes: readonly Change[]): void {
    const names = changes.flatMap((change) => (change.kind === 'package.install' ? change.names : []));
    const { repository } = this.#options;
    if (names.length === 0 || repository === undefined || this.checkMode) return;
    this.#start = this.#state = withPackages(this.#state, names, repository);
    this.#since = this.changes.length;
    this.#folded.clear();
  }
}
