import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { CancelledError, PlaybookError } from '../../errors.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { placeInPlaybook, textOf } from './load-failure.ts';
import { printError } from '../output/print-error.ts';

export interface PlaybookWatch {
  /** True when an error occurred outside the run. */
  readonly hasEscaped: () => boolean;
  /** Ends the process. */
  readonly leave: (code: number) => void;
}

/**
 * Prevents playbooks from ending this process in the middle of a run. An unhandled error of a playbook stops the run like a
 * signal, and `process.exit` throws at its line.
 */
export function watchPlaybooks(
  controller: AbortController,
  { cwd, secrets }: Pick<CliIo, 'cwd' | 'secrets'>,
): PlaybookWatch {
  let escaped = false;
  let leaving = false;
  const exit = process.exit.bind(process);
  process.exit = () => {
    throw new PlaybookError('process.exit would end the run for all hosts; throw an error instead');
  };
  const leave = (code: number): void => {
    leaving = true;
    exit(code);
  };
  process.on('exit', () => {
    if (leaving) return;
    // Only a synchronous write still comes through here.
    writeSync(
      2,
      'kvmplay: the playbook ended kvmplay itself; hosts that were under way are left to their guards\n',
    );
    process.exitCode = exitCodes.couldNotStart;
  });
  const stop = (message: string, place: SourcePlace | undefined): void => {
    escaped = true;
    printError(new PlaybookError(`nobody awaits what failed here: ${message}`, place), {
      stderr: { write: (text) => void process.stderr.write(text), isTTY: process.stderr.isTTY },
      cwd,
      secrets,
    });
    if (!controller.signal.aborted)
      controller.abort(new CancelledError('cancelled, since the playbook failed outside its run'));
  };
  process.on('unhandledRejection', (reason) => {
    const { message, stack } = textOf(reason);
    stop(message, placeInPlaybook(stack, cwd));
  });
  process.on('uncaughtException', (thrown) => {
    const { message, stack } = textOf(thrown);
    const place = placeInPlaybook(stack, cwd);
    if (place !== undefined) {
      stop(message, place);
      return;
    }
    // An unforeseen error: a bug report needs its stack.
    process.stderr.write(`kvmplay: internal error: ${secrets.mask(inspect(thrown))}\n`);
    leave(exitCodes.couldNotStart);
  });
  return { hasEscaped: () => escaped, leave };
}
