import type { CommandResult } from './host.ts';

/**
 * How far an action reaches. `reads`: it alters nothing and also runs in check mode. `waits`: it alters nothing, but depends on what was planned before it.
 * `changes`: it may alter anything.
 *
 * Before an action that waits or changes, the changes planned so far are applied and confirmed. In check mode such an action does not run.
 */
export type ActionEffect = 'reads' | 'waits' | 'changes';

/** A playbook step that runs when its turn comes; a task, in contrast, plans the desired state. `D` is the validated input. */
export interface Action<D, O> {
  /** Name that users write: `command`. */
  readonly name: string;
  /** Checks input before the action runs. Throws TaskInputError. */
  readonly validate: (input: unknown) => D;
  /** Object of the action in reports, free of secrets. */
  readonly subject: (input: D) => string;
  readonly effect: (input: D) => ActionEffect;
  /** Reads the host, also in check mode, and returns true if nothing is left to do. Default: there is something to do. */
  readonly isDone?: ((input: D, host: ActionHost) => Promise<boolean>) | undefined;
  readonly run: (input: D, host: ActionHost) => Promise<ActionEnd<O>>;
}

/** The end of an action that ran. */
export interface ActionEnd<O> {
  readonly changed: boolean;
  readonly output: O;
}

/** The result that a playbook receives from an action. */
export interface ActionResult<O> {
  /** In check mode: true if the action would run and may change something. */
  readonly changed: boolean;
  /** Undefined if the action did not run: in check mode, with nothing to do, or left out by tags or `--step`. */
  readonly output: O | undefined;
}

/** A host as an action sees it. */
export interface ActionHost {
  /** Name in the inventory. */
  readonly name: string;
  readonly checkMode: boolean;
  /** Runs a command; a non-zero exit code is a result, not an error. Throws CommandTimeoutError. */
  run(command: HostCommand): Promise<CommandResult>;
}

/** Either a program with arguments that no shell reads, or POSIX sh with `args` as its `$1`, `$2`, …. */
export type HostCommand = CommandSettings &
  (
    | { readonly argv: readonly string[]; readonly script?: undefined; readonly args?: undefined }
    | { readonly script: string; readonly args?: readonly string[] | undefined; readonly argv?: undefined }
  );

export interface CommandSettings {
  /** Text for its standard input. Default: none. */
  readonly stdin?: string | undefined;
  /** Additional environment variables. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Working directory. Default: that of the login. */
  readonly chdir?: string | undefined;
  /** Seconds. Default: 120. */
  readonly timeout?: number | undefined;
}
