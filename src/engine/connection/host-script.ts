import type { HostCommand } from '../../model/action.ts';
import { quote, quoteCommand } from '../../model/shell-quote.ts';

/** Formats a command as one would type it. Standard input and environment are omitted, since they may hold secrets. */
export function commandText(command: HostCommand): string {
  return command.argv === undefined ? command.script : quoteCommand(command.argv);
}

/** POSIX sh that runs a command. It reaches the host on the standard input of `sh`, so argument lists show only the arguments of the command itself. */
export function hostScript(command: HostCommand): string {
  const { environment = {}, chdir, stdin } = command;
  return [
    'export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"',
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`),
    ...(chdir === undefined ? [] : [`cd -- ${quote(chdir)} || exit`]),
    stdin === undefined ? bodyOf(command) : `${feed(stdin)} | {\n${bodyOf(command)}\n}`,
    '',
  ].join('\n');
}

function bodyOf(command: HostCommand): string {
  if (command.argv !== undefined) return quoteCommand(command.argv);
  const { script, args = [] } = command;
  return args.length === 0 ? script : `set -- ${quoteCommand(args)}\n${script}`;
}

/**
 * printf is a shell builtin, so its text appears in no argument list; a here-document would be a file in /tmp. With SIGPIPE ignored, printf complains about
 * a program that does not read.
 */
function feed(stdin: string): string {
  return `printf %s ${quote(stdin)} 2>/dev/null`;
}
