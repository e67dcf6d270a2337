import type { CommandResult } from './host.ts';

/**
 * What an action does to a host. `reads`: nothing, and it also runs in check mode. `waits`: nothing either, but for what
 * was to be done before it. `changes`: anything.
 *
 * Before an action that waits or changes, what is planned so far is applied and confirmed; in check mode it does not run.
 */
export type ActionEffect = 'reads' | 'waits' | 'changes';

/** Something that is done when its turn comes, unlike a task, which plans what should be. `D` is the input after validation. */
export interface Action<D, O> {
  /** As users write it: `command`. */
  readonly name: string;
  /** Checks input before the action runs. Throws TaskInputError. */
  readonly validate: (input: unknown) => D;
  /** What it is about, for reports. Without secrets. */
  readonly subject: (input: D) => string;
  readonly effect: (input: D) => ActionEffect;
  /** Reads whether there is nothing left to do, also in check mode. Default: there is. */
  readonly isDone?: ((input: D, host: ActionHost) => Promise<boolean>) | undefined;
  readonly run: (input: D, host: ActionHost) => Promise<ActionEnd<O>>;
}

/** What came of an action that ran. */
export interface ActionEnd<O> {
  readonly changed: boolean;
  readonly output: O;
}

/** What a playbook gets of an action. */
export interface ActionResult<O> {
  /** In check mode: that it would run and may change something. */
  readonly changed: boolean;
  /** Undefined when it did not run: in check mode, when there was nothing to do, when tags or `--step` left it out. */
  readonly output: O | undefined;
}

/** A host as an action sees it. */
export interface ActionHost {
  /** Name in the inventory. */
  readonly name: string;
  readonly checkMode: boolean;
  /** Runs a command; a non-zero code is a result, not an error. Throws CommandTimeoutError. */
  run(command: HostCommand): Promise<CommandResult>;
}

/** A program and its arguments, none of which a shell reads; or POSIX sh, whose `$1`, `$2`, … are `args`. */
export type HostCommand = CommandSettings &
  (
    | { readonly argv: readonly string[]; readonly script?: undefined; readonly args?: undefined }
    | { readonly script: string; readonly args?: readonly string[] | undefined; readonly argv?: undefined }
  );

export interface CommandSettings {
  /** Text for its standard input. Default: none. */
  readonly stdin?: string | undefined;
  /** Variables of its environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Folder to run in. Default: that of the login. */
  readonly chdir?: string | undefined;
  /** Seconds. Default: 120. */
  readonly timeout?: number | undefined;
}
