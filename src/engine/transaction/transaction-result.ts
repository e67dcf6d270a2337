/** How the host says a transaction stands. */
export interface TransactionResult {
  readonly outcome: TransactionOutcome;
  /** The words after the outcome: numbers of the file, or of change, command and exit code. */
  readonly words: readonly string[];
  /** Commands of the rollback that did not work. */
  readonly undoErrors: number;
  /** What the failed command printed, or the owner of the lock. */
  readonly lines: readonly string[];
  /** Probes that do not pass: their number and the last value seen. */
  readonly failedProbes: readonly FailedProbe[];
  /** After a rollback: lines of the snapshot before it that are not in the one after it, and the other way round. */
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

/** Understands what the scripts of a transaction print; anything else is `unknown`. */
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
