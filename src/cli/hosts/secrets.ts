import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { whyUnreadable } from '../../model/file-finding.ts';
import type { CliIo } from '../io.ts';
import { resolvePath } from '../paths.ts';

interface SecretSource {
  /** True when the option that asks for the password is set. */
  readonly ask: boolean;
  readonly prompt: string;
  readonly file: string | undefined;
}

/**
 * Reads a password from the terminal or from the first line of a file, never from the command line, which every user of the
 * machine can read.
 */
export async function readSecret(
  { ask, prompt, file }: SecretSource,
  io: CliIo,
): Promise<string | undefined> {
  if (ask) return io.askSecret(prompt);
  if (file === undefined) return undefined;
  const text = await readFile(resolvePath(file, io.cwd), 'utf8').catch((error: unknown) => {
    throw new UsageError(`the password file ${file} ${whyUnreadable(error)}`, {
      cause: error,
    });
  });
  const [secret = ''] = text.split(/\r?\n/);
  if (secret === '') throw new UsageError(`the first line of ${file} is empty, and should be a password`);
  return secret;
}

const ENTER = ['\r', '\n', '\u0004'];
const BACKSPACE = ['\b', '\u007f'];
const INTERRUPT = '\u0003';

/** Reads a line from the terminal without showing it. */
export function askSecret(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY)
    throw new UsageError('a password can be asked only on a terminal; name a file that holds it instead');
  // This precedes the prompt: a fast user's typing must not be echoed.
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stderr.write(prompt);
  return new Promise((resolve, reject) => {
    let secret = '';
    const finish = (end: () => void): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      end();
    };
    const onData = (text: string): void => {
      for (const key of text) {
        if (ENTER.includes(key)) {
          finish(() => resolve(secret));
          return;
        }
        if (key === INTERRUPT) {
          finish(() => reject(new UsageError('no password was given')));
          return;
        }
        secret = BACKSPACE.includes(key) ? secret.slice(0, -1) : secret + key;
      }
    };
    stdin.on('data', onData);
    stdin.resume();
  });
}
