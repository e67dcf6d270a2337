/** One thing the host does: a program with its arguments, or a value written to a file of the kernel. */
export type Command = ProgramCommand | KernelWrite;

export interface ProgramCommand extends Repeatable {
  readonly argv: readonly string[];
  /** Standard input. Absent: there is none. */
  readonly input?: string;
  /** Exit codes besides 0 of one that did what it should. */
  readonly alsoDone?: readonly number[];
  /** A basic regular expression of grep: where what went wrong matches it, the command is tried again for two minutes. */
  readonly busy?: string;
}

export interface KernelWrite extends Repeatable {
  readonly value: string;
  readonly to: string;
}

interface Repeatable {
  /**
   * POSIX sh that reads only: exit 0 when the host is already as the command would leave it. Absent: running the command
   * twice does no harm.
   */
  readonly unless?: string;
}

/** A command as an operator would type it. */
export function formatCommand(command: Command): string {
  return 'argv' in command ? command.argv.join(' ') : `echo ${command.value} > ${command.to}`;
}
