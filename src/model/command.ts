/** One command on the host: a program with arguments, or a value written to a file of the kernel. */
export type Command = ProgramCommand | KernelWrite;

export interface ProgramCommand extends Repeatable {
  readonly argv: readonly string[];
  /** Standard input. Absent: none. */
  readonly input?: string;
  /** Exit codes besides 0 that mean success. */
  readonly alsoDone?: readonly number[];
  /** Basic regular expression for grep. A command that fails with matching output is tried again for two minutes. */
  readonly busy?: string;
}

export interface KernelWrite extends Repeatable {
  readonly value: string;
  readonly to: string;
}

interface Repeatable {
  /** POSIX sh that only reads. It exits 0 if the host already is as the command would leave it. Absent: the command may run twice without harm. */
  readonly unless?: string;
}

/** Formats a command as an operator would type it. */
export function formatCommand(command: Command): string {
  return 'argv' in command ? command.argv.join(' ') : `echo ${command.value} > ${command.to}`;
}
