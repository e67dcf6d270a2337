import * as z from 'zod';
import type { CommandResult } from '../model/host.ts';
import { fields, matching, type Shape } from '../tasks/input/input.ts';
import {
  commandFields,
  type CommandOptions,
  effectOf,
  isCommandDone,
  problemOfCommand,
  runCommand,
  secretFields,
} from './command-fields.ts';
import { type ActionFunction, defineAction } from './define-action.ts';

/** Input of `shell`. */
export interface ShellInput extends CommandOptions {
  /** POSIX sh. Values belong into `args` or `environment`, never into this text. */
  readonly script: string;
  /** `$1`, `$2`, … of the script. Default: none. */
  readonly args?: readonly string[] | undefined;
}

const schema = fields({
  script: matching('a script', (value) => value.trim() !== '' && !value.includes('\0')),
  args: z
    .array(
      matching('text', (value) => !value.includes('\0')),
      { error: 'a list of texts' },
    )
    .readonly()
    .optional(),
  ...commandFields,
} satisfies Shape<ShellInput>);

type ShellSpec = z.output<typeof schema>;

/**
 * Runs a script of POSIX sh: pipes, redirections, globs. Where one program does, `command` is safer.
 *
 * The changes planned so far are applied and confirmed first, and nothing undoes the effects of the command. In check mode it
 * does not run, unless `changedWhen` is `false`.
 *
 * @example
 * await shell(host, {
 *   script: 'lsmod | grep -q "^$1 " && echo loaded',
 *   args: ['bonding'],
 *   changedWhen: false,
 *   failedWhen: ({ code }) => code > 1,
 * });
 *
 * @throws TaskInputError when a field is wrong.
 * @throws CommandError when it failed.
 * @throws CommandTimeoutError when it did not end in its time.
 */
export const shell: ActionFunction<ShellInput, ShellSpec, CommandResult> = defineAction({
  name: 'shell',
  schema,
  check: problemOfCommand,
  secrets: secretFields,
  subject: titleOf,
  effect: effectOf,
  isDone: isCommandDone,
  run: (input, host) => {
    const { script, args, stdin, environment, chdir, timeout } = input;
    const command = { script, args, stdin, environment, chdir, timeout };
    return runCommand(command, input, { host, title: titleOf(input) });
  },
});

/** The first line. */
function titleOf({ script }: ShellSpec): string {
  const [first = '', ...more] = script.trim().split('\n');
  return more.length === 0 ? first : `${first} …`;
}
