import { PlaybookError } from '../../errors.ts';
import type { Action, ActionResult } from '../../model/action.ts';
import type { Fact } from '../../model/fact.ts';
import type { CommandResult, Host } from '../../model/host.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import { problemOfTag } from '../../model/tags.ts';
import type { Task, TaskResult } from '../../model/task.ts';

/** A host whose tasks can carry tags. */
export interface TagAware extends Host<unknown> {
  perform<D, F, O>(task: Task<D, F, O>, input: unknown, tags?: readonly string[]): Promise<TaskResult<O>>;
  act<D, O>(action: Action<D, O>, input: unknown, tags?: readonly string[]): Promise<ActionResult<O>>;
  exec(command: string, tags?: readonly string[]): Promise<CommandResult | undefined>;
}

/** The same host, with tags for its tasks. Throws PlaybookError for an invalid tag. */
export class TaggedHost implements Host<unknown> {
  readonly #host: TagAware;
  readonly #tags: readonly string[];

  constructor(host: TagAware, tags: readonly string[]) {
    const problem = tags.map(problemOfTag).find((found) => found !== undefined);
    if (problem !== undefined) throw new PlaybookError(problem);
    this.#host = host;
    this.#tags = [...new Set(tags)];
  }

  get name(): string {
    return this.#host.name;
  }

  get groups(): readonly string[] {
    return this.#host.groups;
  }

  get vars(): unknown {
    return this.#host.vars;
  }

  get checkMode(): boolean {
    return this.#host.checkMode;
  }

  perform<D, F, O>(task: Task<D, F, O>, input: unknown): Promise<TaskResult<O>> {
    return this.#host.perform(task, input, this.#tags);
  }

  act<D, O>(action: Action<D, O>, input: unknown): Promise<ActionResult<O>> {
    return this.#host.act(action, input, this.#tags);
  }

  tagged(...tags: readonly string[]): Host<unknown> {
    return new TaggedHost(this.#host, [...this.#tags, ...tags]);
  }

  fact<T>(fact: Fact<T>): Promise<T> {
    return this.#host.fact(fact);
  }

  varPlace(variable: string): SourcePlace | undefined {
    return this.#host.varPlace(variable);
  }

  read(command: string): Promise<CommandResult> {
    return this.#host.read(command);
  }

  exec(command: string): Promise<CommandResult | undefined> {
    return this.#host.exec(command, this.#tags);
  }
}
