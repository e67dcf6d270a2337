/** The state of a transaction as reported by the host. */
export interface TransactionResult {
  readonly outcome: TransactionOutcome;
  /** Words after the outcome: the number of a file; or step, command and exit code. */
  readonly words: readonly string[];
  /** Number of rollback commands that failed. */
  readonly undoErrors: number;
  /** Output of the failed command, or the owner of the lock. */
  readonly lines: readonly string[];
  /** Failed probes: number and last value seen. */
  readonly failedProbes: readonly FailedProbe[];
  /** After a rollback: snapshot lines that disappeared. `come` holds the new ones. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

export interface FailedProbe {
  readonly number: number;
  readonly seen: string;
}

const outcomes = [
  'applied',
  'applying',
  'cancelled',
  'committed',
  'committing',
  'conflict',
  'failed-accept',
  'failed-backup',
  'failed-commit',
  'failed-guard',
  'failed-launch',
  'failed-settle',
  'failed-snapshot',
  'failed-stage',
  'failed-step',
  'locked',
  'outdated',
  'rolled-back',
  'rolling',
  'staging',
  'unknown',
] as const;

export type TransactionOutcome = (typeof outcomes)[number];

/** Parses the output of transaction scripts. Anything else is `unknown`. */
export function parseTransactionResult(output: string): TransactionResult {
  const lines = output.split('\n');
  const [, name, ...words] = lines.find((line) => line.startsWith('outcome '))?.split(' ') ?? [];
  const undoErrors = Number(lines.find((line) => line.startsWith('undo-errors '))?.split(' ')[1] ?? 0);
  const linesAfter = (start: string): readonly string[] =>
    lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
  return {
    outcome: outcomes.find((outcome) => outcome === name) ?? 'unknown',
    words,
    undoErrors,
    lines: linesAfter('| '),
    gone: linesAfter('gone '),
    come: linesAfter('new '),
    failedProbes: lines.flatMap((line) => {
      const [, number, seen = ''] = /^probe (\d+)(?: (.*))?$/s.exec(line) ?? [];
      return number === undefined ? [] : [{ number: Number(number), seen }];
    }),
  };
}
