import { Console } from 'node:console';
import { printableInColour, withoutRunnerCommands } from '../../model/printable.ts';
import type { Secrets } from '../../model/secrets.ts';

/** Guards a stream that playbooks and libraries can write to: secrets are masked, and terminal controls are escaped. */
export function guardStream(stream: NodeJS.WriteStream, secrets: Secrets): void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const callback = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return write(printableInColour(secrets.maskUnlikely(text)), callback);
  };
}

/** A `console` for playbooks. Printed values can be output of a host, so secrets are masked and CI commands are escaped. */
export function guardedConsole(
  { stdout, stderr }: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream },
  secrets: Secrets,
): Console {
  return new Console(guarded(stdout, secrets), guarded(stderr, secrets));
}

function guarded(stream: NodeJS.WriteStream, secrets: Secrets): NodeJS.WriteStream {
  return Object.create(stream, {
    write: {
      // Looked up at each call: a live frame replaces the method while it is shown.
      value: (text: string, callback?: () => void) =>
        stream.write(withoutRunnerCommands(secrets.mask(text)), callback),
    },
  }) as NodeJS.WriteStream;
}
