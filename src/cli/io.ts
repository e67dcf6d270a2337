import type { Secrets } from '../model/secrets.ts';
import type { Terminal } from '../reporters/tty-terminal.ts';

/** All that a command may see and touch of the process; tests hand in their own. */
export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  /** What standard output is, if it is one. */
  readonly terminal?: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted when the user wants the run to end. */
  readonly signal: AbortSignal;
  /** What playbooks print by `console` goes to standard error from now on. */
  readonly divertConsole?: () => void;
  /** Asks on the terminal without echo. */
  readonly askSecret: (prompt: string) => Promise<string>;
  /** What is shown to nobody; it grows as passwords and what is in vaults become known. */
  readonly secrets: Secrets;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  /** Asks on the terminal for a line; undefined when there is no answer. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
}

/** What a report may hold besides plain text: colours of its own, or commands to a CI system. */
export type Allowance = 'colour' | 'commands';

export interface Output {
  /** Control characters and commands to a CI system are spelt out, unless a report says that it wrote them itself. */
  readonly write: (text: string, allowance?: Allowance) => void;
  readonly isTTY: boolean;
  /** Columns of the terminal. */
  readonly columns?: number | undefined;
}

/** Colour on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function usesColour(output: Output, env: CliIo['env']): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0';
  return output.isTTY && env['TERM'] !== 'dumb';
}

/**
 * The terminal, if a frame can be drawn on it again and again: one that moves its cursor, and not the log of a CI system,
 * which would keep every drawing.
 */
export function liveTerminal({ terminal, env }: Pick<CliIo, 'terminal' | 'env'>): Terminal | undefined {
  const isLog = isSet(env['CI']) && env['CI'] !== 'false' && env['CI'] !== '0';
  return env['TERM'] === 'dumb' || isLog ? undefined : terminal;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
