import * as z from 'zod';
import { CommandError, WaitTimeoutError } from '../errors.ts';
import type { HostCommand } from '../model/action.ts';
import { fields, matching, oneOf, type Shape, wholeNumber } from '../tasks/input/input.ts';
import { path, seconds } from './command-fields.ts';
import { type ActionFunction, defineAction } from './define-action.ts';

/** Input of `waitFor`: exactly one of `port`, `path` and `argv`. */
export interface WaitForInput {
  /** A TCP port that accepts connections, as seen from the host. Needs bash or nc there. */
  readonly port?: number | undefined;
  /** Address of the port, as seen from the host. Default: `127.0.0.1`. */
  readonly address?: string | undefined;
  /** Path of a file, folder or socket. */
  readonly path?: string | undefined;
  /** A program that ends with code 0. No shell reads it. */
  readonly argv?: readonly string[] | undefined;
  /** `absent` waits until the port is closed, the path gone, the code another. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Seconds to wait at most. Default: 300. */
  readonly timeout?: number | undefined;
  /** Seconds before the first look. Default: 0. */
  readonly delay?: number | undefined;
}

/** Output of `waitFor`. */
export interface WaitForOutput {
  /** Seconds that it waited. */
  readonly seconds: number;
}

const schema = fields({
  port: wholeNumber(1, 65_535).optional(),
  address: matching('an address or a name', (value) => /^[^\s\0-]\S*$/.test(value)).default('127.0.0.1'),
  path: path.optional(),
  argv: z
    .array(
      matching('text', (value) => !value.includes('\0')),
      { error: 'a list of a program and its arguments' },
    )
    .readonly()
    .optional(),
  state: oneOf('present', 'absent').default('present'),
  timeout: seconds.default(300),
  delay: seconds.optional(),
} satisfies Shape<WaitForInput>);

type WaitForSpec = z.output<typeof schema>;

/**
 * Waits until a port, a path or a program on a host answers, or no longer does. It looks once a second.
 *
 * The changes planned so far are applied and confirmed first. In check mode it does not wait.
 *
 * @example
 * await waitFor(host, { port: 16509, timeout: 60 });
 * await waitFor(host, { path: '/run/libvirt/libvirt-sock' });
 * await waitFor(host, { argv: ['ping', '-c', '1', '-W', '1', '10.128.1.1'] });
 *
 * @throws TaskInputError when a field is wrong.
 * @throws WaitTimeoutError when its time is over.
 */
export const waitFor: ActionFunction<WaitForInput, WaitForSpec, WaitForOutput> = defineAction({
  name: 'waitFor',
  schema,
  check,
  subject: titleOf,
  effect: 'waits',
  run: async (input, host) => {
    const { code, stdout, stderr } = await host.run(waitCommand(input));
    const took = Number(stdout.trim().split('\n').at(-1));
    if (code === codes.over) {
      throw new WaitTimeoutError(
        `${titleOf(input)} did not come about on ${host.name} within ${input.timeout} s`,
      );
    }
    if (code === codes.noTool)
      throw new CommandError(`${host.name} has neither nc nor bash: waiting for a port needs one of them`);
    if (code !== 0) {
      throw new CommandError(`waiting for ${titleOf(input)} ended with ${code} on ${host.name}`, {
        details: stderr.split('\n').filter(Boolean),
      });
    }
    return { changed: false, output: { seconds: took } };
  },
});

function check({ port, path: file, argv }: WaitForSpec): string | undefined {
  const given = [port, file, argv].filter((value) => value !== undefined).length;
  if (given !== 1) return `${given} of port, path and argv are given, it should be one of them`;
  return argv?.length === 0 ? 'argv is empty, it should be a program and its arguments' : undefined;
}

function titleOf({ port, address, path: file, argv = [], state }: WaitForSpec): string {
  const what = port === undefined ? (file ?? argv.join(' ')) : `port ${port} of ${address}`;
  return state === 'absent' ? `absent ${what}` : what;
}

const codes = { over: 3, noTool: 4 } as const;

/** The loop runs on the host, so waiting costs one exec. */
function waitCommand(input: WaitForSpec): HostCommand {
  const { delay = 0, timeout, state } = input;
  const { look, args } = lookOf(input);
  // It counts by the kernel's uptime: setting the clock must not end the waiting.
  const script = `state=$1; limit=$2; delay=$3; shift 3
look() {
${look}
}
now() { read -r up rest < /proc/uptime; echo "\${up%.*}"; }
start=$(now)
[ "$delay" = 0 ] || sleep "$delay"
while :; do
  if look "$@" >/dev/null 2>&1 </dev/null; then seen=present; else seen=absent; fi
  took=$(( $(now) - start ))
  if [ "$seen" = "$state" ]; then echo "$took"; exit 0; fi
  [ "$took" -lt "$limit" ] || exit ${codes.over}
  sleep 1
done`;
  return {
    script: input.port === undefined ? script : `${needNetcat}\n${script}`,
    args: [state, String(Math.ceil(timeout)), String(delay), ...args],
    // One look may take a while by itself, so the exec gets more time than the loop.
    timeout: timeout + delay + 60,
  };
}

const needNetcat = `command -v nc >/dev/null || command -v bash >/dev/null || exit ${codes.noTool}`;

function lookOf({ port, address, path: file, argv = [] }: WaitForSpec): {
  readonly look: string;
  readonly args: readonly string[];
} {
  if (file !== undefined) return { look: '[ -e "$1" ]', args: [file] };
  if (port === undefined) return { look: '"$@"', args: argv };
  const look = `if command -v nc; then nc -z -w 2 "$1" "$2"
else timeout 2 bash -c ': < "/dev/tcp/$0/$1"' "$1" "$2"; fi`;
  return { look, args: [address, String(port)] };
}
