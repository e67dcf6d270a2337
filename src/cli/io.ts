import type { Secrets } from '../model/secrets.ts';

/** All that a command may see and touch of the process; tests hand in their own. */
export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted when the user wants the run to end. */
  readonly signal: AbortSignal;
  /** Asks on the terminal without echo. */
  readonly askSecret: (prompt: string) => Promise<string>;
  /** What is shown to nobody; it grows as passwords and what is in vaults become known. */
  readonly secrets: Secrets;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  /** Asks on the terminal for a line; undefined when there is no answer. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
}

export interface Output {
  readonly write: (text: string) => void;
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

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
