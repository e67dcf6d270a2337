import type { Action, ActionResult } from './action.ts';
import type { Fact } from './fact.ts';
import type { SourcePlace } from './inventory.ts';
import type { Task, TaskResult } from './task.ts';

/** What a command on a host returned. */
export interface CommandResult {
  /** Exit code; 0 says that all is well. */
  readonly code: number;
  /** What it printed, as UTF-8. */
  readonly stdout: string;
  /** What it complained about, as UTF-8. */
  readonly stderr: string;
}

/** One host as a playbook sees it. */
export interface Host<V = HostVars> {
  /** Name in the inventory. */
  readonly name: string;
  /** Groups of the inventory that the host belongs to. */
  readonly groups: readonly string[];
  /** Variables of the inventory, as the play's schema types them. */
  readonly vars: V;
  /** Where the inventory gave a variable its value, for messages; undefined when nothing tells. */
  varPlace(variable: string): SourcePlace | undefined;
  /** True in check mode: nothing on the host changes. */
  readonly checkMode: boolean;
  /** Plans a task; `ensureVlan(host, {...})` calls this. */
  perform<D, F, O>(task: Task<D, F, O>, input: unknown): Promise<TaskResult<O>>;
  /** Runs an action; `command(host, {...})` calls this. */
  act<D, O>(action: Action<D, O>, input: unknown): Promise<ActionResult<O>>;
  /**
   * The same host, whose tasks, actions and `exec` have these tags besides those of the play:
   * `await ensureVlan(host.tagged('vlan'), {...})`. What `--tags` and `--skip-tags` leave out is skipped.
   */
  tagged(...tags: readonly string[]): Host<V>;
  /** The answer to a fact, with everything planned so far folded in. One exec asks for all of `Promise.all`. */
  fact<T>(fact: Fact<T>): Promise<T>;
  /** Runs a command that changes nothing; also in check mode. A non-zero exit code is an error. */
  read(command: string): Promise<CommandResult>;
  /**
   * Runs a command that may change anything. What is planned so far is applied and confirmed first. In check mode it
   * does not run and returns undefined, nor when tags or `--step` leave it out.
   */
  exec(command: string): Promise<CommandResult | undefined>;
}

export type HostVars = Readonly<Record<string, unknown>>;
