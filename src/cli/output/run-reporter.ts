import { appendFileSync } from 'node:fs';
import type { Reporter, RunSummary } from '../../engine/events.ts';
import {
  githubReporter,
  jsonLinesReporter,
  jsonReporter,
  junitReporter,
  plainReporter,
} from '../../reporters/index.ts';
import { ttyReporter } from '../../reporters/tty.ts';
import { type Allowance, liveTerminal, usesColour, type CliIo } from '../io.ts';
import { cleanText } from './guarded-io.ts';
import { type OutputFormat, parseOutputs } from './outputs.ts';
import { openReportFile } from './report-file.ts';

export interface ReportOptions {
  readonly output: readonly string[];
  readonly diff: boolean;
  readonly verbose: number;
  /** --step is on: its questions must not move, so no frame is drawn. */
  readonly step?: boolean;
}

/** Creates the reporters for standard output and files. Throws UsageError for a file that cannot be written. */
export function reportersFor(options: ReportOptions, io: CliIo): readonly Reporter[] {
  const { standard, files } = parseOutputs(options.output);
  return [
    standardReporter(standard, options, io),
    ...files.map(({ format, file }) => fileReporter(format, file, { ...options, io })),
  ];
}

function standardReporter(format: OutputFormat, options: ReportOptions, io: CliIo): Reporter {
  const { diff, verbose, step = false } = options;
  const colour = usesColour(io.stdout, io.env);
  const terminal = format === 'auto' && !step ? liveTerminal(io) : undefined;
  if (terminal !== undefined) return ttyReporter({ terminal, colour, diff, verbose });
  return formatReporter(format, {
    write: (text) => io.stdout.write(text, allowanceOf(format)),
    colour,
    diff,
    verbose,
    columns: io.stdout.columns,
    io,
  });
}

function fileReporter(
  format: OutputFormat,
  file: string,
  { diff, verbose, io }: ReportOptions & { readonly io: CliIo },
): Reporter {
  const { write: writeFile, close } = openReportFile(file, io.cwd);
  const write = (text: string): void =>
    writeFile(cleanText(io.secrets.maskUnlikely(text), allowanceOf(format)));
  const reporter = formatReporter(format, { write, colour: false, diff, verbose, columns: undefined, io });
  return {
    async onEvent(event) {
      await reporter.onEvent(event);
      if (event.type === 'run.end') close();
    },
  };
}

/** Only the plain format has colours, and only GitHub's has CI commands. */
function allowanceOf(format: OutputFormat): Allowance | undefined {
  switch (format) {
    case 'auto':
    case 'plain':
      return 'colour';
    case 'github':
      return 'commands';
    case 'jsonl':
    case 'json':
    case 'junit':
      return undefined;
  }
}

interface FormatOptions {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  readonly diff: boolean;
  readonly verbose: number;
  readonly columns: number | undefined;
  readonly io: CliIo;
}

function formatReporter(format: OutputFormat, options: FormatOptions): Reporter {
  const { write, colour, diff, verbose, columns, io } = options;
  switch (format) {
    case 'auto':
    case 'plain':
      return plainReporter({ write, colour, diff, verbose, columns });
    case 'jsonl':
      return jsonLinesReporter({ write });
    case 'json':
      return jsonReporter({ write });
    case 'junit':
      return junitReporter({ write });
    case 'github': {
      const file = io.env['GITHUB_STEP_SUMMARY'] ?? '';
      const writeSummary = (markdown: string): void =>
        appendFileSync(file, cleanText(io.secrets.maskUnlikely(markdown), undefined));
      return githubReporter({ write, diff, verbose, writeSummary: file === '' ? undefined : writeSummary });
    }
  }
}

export function printReporterErrors({ reporterErrors }: RunSummary, io: CliIo): void {
  for (const error of reporterErrors) io.stderr.write(`kvmplay: ${error}\n`);
}
