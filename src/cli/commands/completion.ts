import { UsageError } from '../../errors.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { completionScripts } from '../completion/scripts.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import type { completionSpec } from './specs.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- every command answers with a promise
export async function printCompletion(
  { words: [shell = ''] }: CommandArguments<typeof completionSpec.options>,
  io: CliIo,
): Promise<number> {
  const script = completionScripts[shell];
  if (script === undefined) {
    const shells = Object.keys(completionScripts).join(', ');
    throw new UsageError(`SHELL is ${shell}, and should be one of ${shells}`);
  }
  io.stdout.write(script);
  return exitCodes.done;
}
