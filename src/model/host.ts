import type { Action, ActionResult } from './action.ts';
import type { Fact } from './fact.ts';
import type { SourcePlace } from './inventory.ts';
import type { Task, TaskResult } from './task.ts';

/** The result of a command on a host. */
export interface CommandResult {
  /** Exit code; 0 means success. */
  readonly code: number;
  /** Standard output, decoded as UTF-8. */
  readonly stdout: string;
  /** Standard error, decoded as UTF-8. */
  readonly stderr: string;
}

/** One host in a playbook. */
export interface Host<V = HostVars> {
  /** Name in the inventory. */
  readonly name: string;
  /** Groups of the inventory that the host belongs to. */
  readonly groups: readonly string[];
  /** Inventory variables, typed by the play's schema. */
  readonly vars: V;
  /** Returns the place in the inventory that set a variable, for messages. Undefined if unknown. */
  varPlace(variable: string): SourcePlace | undefined;
  /** True in check mode: nothing on the host changes. */
  readonly checkMode: boolean;
  /** Plans a task; `ensureVlan(host, {...})` calls this. */
  perform<D, F, O>(task: Task<D, F, O>, input: unknown): Promise<TaskResult<O>>;
  /** Runs an action; `command(host, {...})` calls this. */
  act<D, O>(action: Action<D, O>, input: unknown): Promise<ActionResult<O>>;
  /**
   * The same host with additional tags for tasks, actions and `exec`: `await ensureVlan(host.tagged('vlan'), {...})`. Steps that `--tags` or `--skip-tags`
   * leave out are skipped.
   */
  tagged(...tags: readonly string[]): Host<V>;
  /** Asks a fact; the answer includes all changes planned so far. The facts of one `Promise.all` share one exec. */
  fact<T>(fact: Fact<T>): Promise<T>;
  /** Runs a command that changes nothing, also in check mode. Throws on a non-zero exit code. */
  read(command: string): Promise<CommandResult>;
  /**
   * Runs a command that may change anything. The changes planned so far are applied and confirmed first. Returns undefined, without running, in check mode
   * or if tags or `--step` leave it out.
   */
  exec(command: string): Promise<CommandResult | undefined>;
}

export type HostVars = Readonly<Record<string, unknown>>;
