import { UsageError } from '../../errors.ts';
import { Secrets } from '../../model/secrets.ts';
import { runComplete } from './run-complete.ts';

/** Answers a TAB in this process. It avoids the command-line parser, which takes longer to load than everything else. */
export async function runCompleteProcess(args: readonly string[]): Promise<void> {
  const none = { write: () => undefined, isTTY: false };
  await runComplete(args, {
    stdout: { write: (text) => void process.stdout.write(text), isTTY: false },
    stderr: none,
    env: process.env,
    cwd: process.cwd(),
    signal: new AbortController().signal,
    isInteractive: false,
    secrets: new Secrets(),
    ask: () => Promise.resolve(undefined),
    askSecret: () => Promise.reject(new UsageError('nobody is asked while a word is completed')),
  });
}
