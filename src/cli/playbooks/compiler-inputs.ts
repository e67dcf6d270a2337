import { isAbsolute } from 'node:path';

/** The inputs that decide the compiler's result. */
export interface CompilerInputs {
  /** Files that the compiler read. */
  readonly read: readonly string[];
  /** Paths of missing files that would have been read if they existed. */
  readonly noFiles: readonly string[];
  /** Paths of such missing folders. */
  readonly noFolders: readonly string[];
}

/** Compiler options that produce the output for `parseInputs`. */
export const tellInputs: readonly string[] = ['--listFiles', '--traceResolution'];

const noFileForms = [/^File '(.+)' does not exist(?:\.| according to earlier cached lookups\.)$/];
const noFolderForms = [/^Directory '(.+)' does not exist, skipping all lookups in it\.$/];

/**
 * Inputs that the compiler does not list: package files, which decide what a name means, and links (`npm link`), which may
 * change their target.
 */
const readForms = [
  /^Found 'package\.json' at '(.+)'\.$/,
  /^File '(.+)' exists(?: - use it as a name resolution result| according to earlier cached lookups)\.$/,
];

/** Parses the compiler's output. Undefined when inputs seem to be missing from it. */
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
