import { Console } from 'node:console';
import { printableInColour, withoutRunnerCommands } from '../../model/printable.ts';
import type { Secrets } from '../../model/secrets.ts';

/** Whatever writes to the stream, a playbook or a library: secrets are masked, and what could act on a terminal is spelt out. */
export function guardStream(stream: NodeJS.WriteStream, secrets: Secrets): void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const callback = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return write(printableInColour(secrets.maskUnlikely(text)), callback);
  };
}

/** A `console` for playbooks: all it prints are values, and what it prints of a host's output is no command to a CI system. */
export function guardedConsole(
  { stdout, stderr }: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream },
  secrets: Secrets,
): Console {
  return new Console(guarded(stdout, secrets), guarded(stderr, secrets));
}

function guarded(stream: NodeJS.WriteStream, secrets: Secrets): NodeJS.WriteStream {
  return Object.create(stream, {
    write: {
      // The method of this moment: while a frame is shown, writing goes through it.
      value: (text: string, callback?: () => void) =>
        stream.write(withoutRunnerCommands(secrets.mask(text)), callback),
    },
  }) as NodeJS.WriteStream;
}
