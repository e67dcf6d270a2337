import type { ConfigFile } from './config-file.ts';

/** What is at a path: a text file, or something else that nobody writes over. */
export type FileState = ConfigFile | NoFile;

export interface NoFile {
  /** `a folder`, `a symbolic link to /run/x`, `a binary file`, `a file of 2000000 bytes` */
  readonly is: string;
  readonly content?: never;
  readonly mode?: never;
}

/** What a package that is to be installed may bring; only in check mode, where it is never seen. */
export const expectedFile: NoFile = { is: 'a file that a package may bring' };

/** By path; a path at which there is nothing is missing. */
export type FileStates = ReadonlyMap<string, FileState>;

export function isTextFile(file: FileState | undefined): file is ConfigFile {
  return file?.content !== undefined;
}
