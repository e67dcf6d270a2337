import type { StepAsker, StepQuestion } from '../../engine/session/step-prompt.ts';
import { CancelledError, UsageError } from '../../errors.ts';
import { describeChange } from '../../changes/index.ts';
import { printableLine } from '../../model/printable.ts';
import type { CliIo } from '../io.ts';

export interface Stepping {
  readonly ask: StepAsker;
  /** Aborts at a signal or at the answer q. */
  readonly signal: AbortSignal;
}

/** Asks on the terminal about each step. Throws UsageError without a terminal. */
export function askSteps(io: CliIo): Stepping {
  if (!io.isInteractive) throw new UsageError('--step asks on a terminal, and standard input is none');
  const quit = new AbortController();
  let isAsking = true;
  const ask: StepAsker = async (question) => {
    if (!isAsking) return true;
    io.stderr.write(describe(question));
    for (;;) {
      const answer = await io.ask('  (y)es, (n)o, (c)ontinue without asking, (q)uit? ');
      switch (answer?.trim().toLowerCase()) {
        case 'y':
        case 'yes':
          return true;
        case 'n':
        case 'no':
          return false;
        case 'c':
        case 'continue':
          isAsking = false;
          return true;
        case 'q':
        case 'quit':
        case undefined:
          if (answer === undefined) io.stderr.write('\n');
          quit.abort(new CancelledError('ended by the answer to --step'));
          return false;
      }
    }
  };
  return { ask, signal: AbortSignal.any([io.signal, quit.signal]) };
}

function describe({ host, task, subject, changes }: StepQuestion): string {
  const what =
    changes.length === 0
      ? ['  a command: what is agreed to before it is applied first']
      : changes.map((change) => `  ${printableLine(describeChange(change))}`);
  return `${[`${printableLine(host)}  ${printableLine(`${task} ${subject}`.trimEnd())}`, ...what].join('\n')}\n`;
}
