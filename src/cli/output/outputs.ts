import { UsageError } from '../../errors.ts';

/** `auto`: live on a terminal, else plain. */
export const outputFormats = ['auto', 'plain', 'jsonl', 'json', 'junit', 'github'] as const;

export type OutputFormat = (typeof outputFormats)[number];

/** The requested reports: one for standard output, others for files. */
export interface Outputs {
  readonly standard: OutputFormat;
  readonly files: readonly { readonly format: OutputFormat; readonly file: string }[];
}

/** Parses the values of `--output`. Throws UsageError. */
export function parseOutputs(values: readonly string[]): Outputs {
  const parsed = values.map(parseOutput);
  const standard = parsed.filter(({ file }) => file === undefined);
  if (standard.length > 1) {
    const formats = standard.map(({ format }) => format).join(' and ');
    throw new UsageError(
      `--output is ${formats}, and standard output takes one of them: give the others a file, as in ${standard[1]?.format ?? ''}:FILE`,
    );
  }
  const files = parsed.flatMap(({ format, file }) => (file === undefined ? [] : [{ format, file }]));
  const twice = files.find(({ file }, index) => files.findIndex((other) => other.file === file) !== index);
  if (twice !== undefined) throw new UsageError(`--output names the file ${twice.file} twice`);
  return { standard: standard[0]?.format ?? 'auto', files };
}

/** True when a program reads standard output, which a playbook's own lines would break. */
export function isForPrograms(values: readonly string[]): boolean {
  return ['jsonl', 'json', 'junit'].includes(parseOutputs(values).standard);
}

function parseOutput(value: string): { readonly format: OutputFormat; readonly file?: string } {
  const [, word = '', file] = /^([^:]*)(?::(.*))?$/s.exec(value) ?? [];
  const format = outputFormats.find((known) => known === word);
  if (format === undefined) {
    throw new UsageError(
      `--output is ${value}, and should be one of ${outputFormats.join(', ')}, or FORMAT:FILE`,
    );
  }
  if (file === undefined) return { format };
  if (file === '') throw new UsageError(`--output is ${value}, and a file should follow the colon`);
  if (format === 'auto') {
    throw new UsageError(
      `--output is ${value}, and auto is for standard output: name the format of the file`,
    );
  }
  return { format, file };
}
