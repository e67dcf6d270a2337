import type { Secrets } from '../model/secrets.ts';
import type { Terminal } from '../reporters/tty-terminal.ts';

/** Everything outside that a command can use. Tests pass their own. */
export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The terminal behind standard output, if there is one. */
  readonly terminal?: Terminal | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the user stops the run. */
  readonly signal: AbortSignal;
  /** Sends `console` output of playbooks to standard error from now on. */
  readonly divertConsole?: (() => void) | undefined;
  /** Asks on the terminal without echo. */
  readonly askSecret: (prompt: string) => Promise<string>;
  /** Values that output masks. Passwords and vault contents are added when they become known. */
  readonly secrets: Secrets;
  /** True when the user can answer questions. */
  readonly isInteractive: boolean;
  /** Asks on the terminal for a line; undefined when there is no answer. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
}

/** Special text that a report may hold: its own colours, or commands to a CI system. */
export type Allowance = 'colour' | 'commands';

export interface Output {
  /** Escapes control characters and CI commands, unless `allowance` says that the report wrote them itself. */
  readonly write: (text: string, allowance?: Allowance) => void;
  readonly isTTY: boolean;
  /** Columns of the terminal. */
  readonly columns?: number | undefined;
}

/** Colour on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function usesColour(output: Pick<Output, 'isTTY'>, env: CliIo['env']): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0';
  return output.isTTY && env['TERM'] !== 'dumb';
}

/**
 * Returns the terminal if a live frame can be drawn on it: its cursor must move. A CI log does not qualify, because it would
 * keep every drawing.
 */
export function liveTerminal({ terminal, env }: Pick<CliIo, 'terminal' | 'env'>): Terminal | undefined {
  const isLog = isSet(env['CI']) && env['CI'] !== 'false' && env['CI'] !== '0';
  return env['TERM'] === 'dumb' || isLog ? undefined : terminal;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
