import * as z from 'zod';
import { CommandError } from '../errors.ts';
import type { ActionEnd, ActionHost, HostCommand } from '../model/action.ts';
import type { CommandResult } from '../model/host.ts';
import { matching, type Shape } from '../tasks/input/input.ts';

/** Fields that `command` and `shell` share. */
export interface CommandOptions {
  /** A path. Hosts that have it are left alone. */
  readonly creates?: string | undefined;
  /** A path. Hosts that lack it are left alone. */
  readonly removes?: string | undefined;
  /** Folder to run in. Default: that of the login. */
  readonly chdir?: string | undefined;
  /** Text for its standard input. It appears in no argument list, report or record. Default: none. */
  readonly stdin?: string | undefined;
  /** Variables of its environment. Their values appear in no argument list, report or record. Default: none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /**
   * Tells from the result whether the command changed the host. `false` promises that it never does: it then runs in check
   * mode too, and planned changes are not applied first. Default: `true`.
   */
  readonly changedWhen?: boolean | ((result: CommandResult) => boolean) | undefined;
  /** Tells from the result whether the command failed. Default: a code other than 0 is a failure. */
  readonly failedWhen?: ((result: CommandResult) => boolean) | undefined;
  /** Seconds that it may take. Default: 120. */
  readonly timeout?: number | undefined;
}

const text = (should: string): z.ZodCustom<string, string> =>
  matching(should, (value) => value !== '' && !value.includes('\0'));

export const path = text('a path');

/** Seconds; a fraction is fine. */
export const seconds = z.custom<number>(
  (value) => typeof value === 'number' && value >= 0 && value <= 86_400,
  { error: 'seconds, from 0 to 86400' },
);

export const commandFields = {
  creates: path.optional(),
  removes: path.optional(),
  chdir: path.optional(),
  stdin: z.string({ error: 'text' }).optional(),
  environment: z.record(z.string(), z.string({ error: 'text' }), { error: 'an object of texts' }).optional(),
  changedWhen: z
    .custom<NonNullable<CommandOptions['changedWhen']>>(
      (value) => typeof value === 'boolean' || typeof value === 'function',
      { error: 'true, false or a function of the result' },
    )
    .default(true),
  failedWhen: z
    .custom<NonNullable<CommandOptions['failedWhen']>>((value) => typeof value === 'function', {
      error: 'a function of the result',
    })
    .default(
      () =>
        ({ code }: CommandResult) =>
          code !== 0,
    ),
  timeout: seconds.optional(),
} satisfies Shape<CommandOptions>;

export const secretFields = ['stdin', 'environment'] as const;

export type CommandSpec = z.output<z.ZodObject<typeof commandFields>>;

export function problemOfCommand({ environment = {}, stdin = '' }: CommandSpec): string | undefined {
  const name = Object.keys(environment).find((key) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key));
  if (name !== undefined)
    return `environment has the name ${JSON.stringify(name)}, it should be of letters, digits and _`;
  const hasNul = Object.entries(environment).find(([, value]) => value.includes('\0'))?.[0];
  if (hasNul !== undefined) return `environment ${hasNul} holds a NUL, which no environment can`;
  return stdin.includes('\0') ? 'stdin holds a NUL, it should be text' : undefined;
}

export function effectOf({ changedWhen }: CommandSpec): 'reads' | 'changes' {
  return changedWhen === false ? 'reads' : 'changes';
}

const codes = { done: 0, todo: 3, noFolder: 4 } as const;

/** Looks at `creates`, `removes` and `chdir`, relative paths from `chdir` on. */
export async function isCommandDone(
  { creates = '', removes = '', chdir = '' }: CommandSpec,
  host: ActionHost,
): Promise<boolean> {
  if (creates === '' && removes === '' && chdir === '') return false;
  const { code, stderr } = await host.run({
    script: `if [ -n "$3" ]; then cd -- "$3" || exit ${codes.noFolder}; fi
exists() { [ -e "$1" ] || [ -L "$1" ]; }
if [ -n "$1" ] && exists "$1"; then exit ${codes.done}; fi
if [ -n "$2" ] && ! exists "$2"; then exit ${codes.done}; fi
exit ${codes.todo}`,
    args: [creates, removes, chdir],
  });
  // In check mode an earlier command has not made the folder yet.
  if (code === codes.noFolder && !host.checkMode)
    throw new CommandError(`chdir is ${chdir}, it should be a folder on ${host.name}`);
  if (code === codes.done || code === codes.todo || code === codes.noFolder) return code === codes.done;
  throw new CommandError(`checking creates, removes and chdir ended with ${code} on ${host.name}`, {
    details: lines(stderr),
  });
}

/** Throws CommandError when it failed. */
export async function runCommand(
  command: HostCommand,
  { changedWhen, failedWhen }: CommandSpec,
  { host, title }: { readonly host: ActionHost; readonly title: string },
): Promise<ActionEnd<CommandResult>> {
  const result = await host.run(command);
  if (failedWhen(result)) {
    throw new CommandError(`\`${title}\` ended with ${result.code} on ${host.name}`, {
      details: lines(result.stderr === '' ? result.stdout : result.stderr),
    });
  }
  return { changed: typeof changedWhen === 'function' ? changedWhen(result) : changedWhen, output: result };
}

const MOST_LINES = 20;

function lines(output: string): readonly string[] {
  return output.split('\n').filter(Boolean).slice(-MOST_LINES);
}
