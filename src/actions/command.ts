import * as z from 'zod';
import type { CommandResult } from '../model/host.ts';
import { fields, type Shape } from '../tasks/input/input.ts';
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

/** Input of `command`. */
export interface CommandInput extends CommandOptions {
  /** The program and its arguments. No shell reads them: there is nothing to quote. */
  readonly argv: readonly string[];
}

const schema = fields({
  argv: z
    .custom<readonly string[]>(isArgv, { error: 'a list of a program and its arguments, all text' })
    .readonly(),
  ...commandFields,
} satisfies Shape<CommandInput>);

type CommandSpec = z.output<typeof schema>;

/**
 * Runs a program. It is not idempotent by itself: say with `creates`, `removes` or `changedWhen` when there is nothing to do.
 *
 * The changes planned so far are applied and confirmed first, and nothing undoes the effects of the command. In check mode it
 * does not run, unless `changedWhen` is `false`.
 *
 * @example
 * const { output } = await command(host, { argv: ['virsh', 'list', '--name'], changedWhen: false });
 * await command(host, { argv: ['update-grub'], creates: '/boot/grub/grub.cfg' });
 *
 * @throws TaskInputError when a field is wrong.
 * @throws CommandError when it failed.
 * @throws CommandTimeoutError when it did not end in its time.
 */
export const command: ActionFunction<CommandInput, CommandSpec, CommandResult> = defineAction({
  name: 'command',
  schema,
  check: problemOfCommand,
  secrets: secretFields,
  subject: titleOf,
  effect: effectOf,
  isDone: isCommandDone,
  run: (input, host) => {
    const { argv, stdin, environment, chdir, timeout } = input;
    return runCommand({ argv, stdin, environment, chdir, timeout }, input, { host, title: titleOf(input) });
  },
});

function isArgv(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value[0] !== '' &&
    value.every((word) => typeof word === 'string' && !word.includes('\0'))
  );
}

/** For people, so it need not be quoted as a shell wants it. */
function titleOf({ argv }: CommandSpec): string {
  return argv.map((word) => (/^[^\s'"\\$]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
