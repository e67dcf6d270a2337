import { Console } from 'node:console';
import { printable, printableInColour, withoutRunnerCommands } from '../../model/printable.ts';
import type { Secrets } from '../../model/secrets.ts';
import { usesColour, type CliIo } from '../io.ts';

/** Guards a stream that playbooks and libraries can write to: secrets are masked, and terminal controls are escaped. */
export function guardStream(stream: NodeJS.WriteStream, secrets: Secrets): void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const callback = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return write(printableInColour(secrets.maskUnlikely(text)), callback);
  };
}

/**
 * A `console` for playbooks. Printed values can be output of a host: secrets are masked, CI commands are escaped, and
 * colours pass only where kvmplay itself uses colour.
 */
export function guardedConsole(
  { stdout, stderr }: { readonly stdout: ConsoleStream; readonly stderr: ConsoleStream },
  secrets: Secrets,
  env: CliIo['env'],
): Console {
  return new Console(guarded(stdout, secrets, env), guarded(stderr, secrets, env));
}

type ConsoleStream = NodeJS.WritableStream & { readonly isTTY: boolean };

function guarded(stream: ConsoleStream, secrets: Secrets, env: CliIo['env']): ConsoleStream {
  const clean = usesColour(stream, env) ? withColourEnded : printable;
  return Object.create(stream, {
    write: {
      // Looked up at each call: a live frame replaces the method while it is shown.
      value: (text: string, callback?: () => void) =>
        stream.write(withoutRunnerCommands(clean(secrets.mask(text))), callback),
    },
  }) as ConsoleStream;
}

/** A colour that the text does not end must not reach the text of others. */
function withColourEnded(text: string): string {
  return text.includes('\u001b[') ? text.replace(/\n?$/, '\u001b[0m$&') : text;
}
