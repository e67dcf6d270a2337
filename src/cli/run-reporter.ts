import type { Reporter, RunSummary } from '../engine/events.ts';
import { jsonLinesReporter, plainReporter } from '../reporters/index.ts';
import { usesColour, type CliIo } from './io.ts';

export interface ReportOptions {
  readonly output: string;
  readonly diff: boolean;
  readonly verbose: number;
}

/** Tells of a run on standard output. */
export function reporterFor({ output, diff, verbose }: ReportOptions, io: CliIo): Reporter {
  const write = (text: string): void => io.stdout.write(text);
  if (output === 'jsonl') return jsonLinesReporter({ write });
  return plainReporter({
    write,
    colour: usesColour(io.stdout, io.env),
    diff,
    verbose,
    ...(io.stdout.columns !== undefined && { columns: io.stdout.columns }),
  });
}

export function printReporterErrors({ reporterErrors }: RunSummary, io: CliIo): void {
  for (const error of reporterErrors) io.stderr.write(`kvmplay: ${error}\n`);
}
