import { isAbsolute } from 'node:path';

/** What the answer of a compiler rests on. */
export interface CompilerInputs {
  /** Files that it read. */
  readonly read: readonly string[];
  /** Paths where it looked for a file that it would have taken instead, and found none. */
  readonly noFiles: readonly string[];
  /** The same of folders. */
  readonly noFolders: readonly string[];
}

/** Options with which the compiler tells what `parseInputs` reads. */
export const tellInputs: readonly string[] = ['--listFiles', '--traceResolution'];

const noFileForms = [/^File '(.+)' does not exist(?:\.| according to earlier cached lookups\.)$/];
const noFolderForms = [/^Directory '(.+)' does not exist, skipping all lookups in it\.$/];

/** Package files decide what a name means, and a link (`npm link`) may come to lead elsewhere: the compiler lists neither. */
const readForms = [
  /^Found 'package\.json' at '(.+)'\.$/,
  /^File '(.+)' exists(?: - use it as a name resolution result| according to earlier cached lookups)\.$/,
];

/** Undefined when the compiler did not tell, as far as one can see. */
export function parseInputs(output: string, roots: readonly string[]): CompilerInputs | undefined {
  const read = new Set<string>();
  const noFiles = new Set<string>();
  const noFolders = new Set<string>();
  let isTraced = false;
  for (const line of output.split(/\r?\n/)) {
    const noFile = firstGroup(noFileForms, line);
    const noFolder = firstGroup(noFolderForms, line);
    const found = firstGroup(readForms, line) ?? (isAbsolute(line) ? line : undefined);
    if (noFile !== undefined) noFiles.add(noFile);
    else if (noFolder !== undefined) noFolders.add(noFolder);
    else if (found !== undefined) read.add(found);
    else isTraced ||= line.startsWith('======== Resolving module ');
  }
  if (!isTraced || !roots.every((root) => read.has(root))) return undefined;
  return { read: [...read], noFiles: [...noFiles], noFolders: [...noFolders] };
}

function firstGroup(forms: readonly RegExp[], line: string): string | undefined {
  for (const form of forms) {
    const match = form.exec(line);
    if (match !== null) return match[1];
  }
  return undefined;
}
