import type { ConfigFile } from './config-file.ts';

/** The content of a path: a text file, or something that kvmplay never overwrites. */
export type FileState = ConfigFile | NoFile;

export interface NoFile {
  /** `a folder`, `a symbolic link to /run/x`, `a binary file`, `a file of 2000000 bytes` */
  readonly is: string;
  readonly content?: never;
  readonly mode?: never;
}

/** A file that a planned package may install. It exists in check mode only. */
export const expectedFile: NoFile = { is: 'a file that a package may bring' };

/** Files by path. A path with nothing at it has no entry. */
export type FileStates = ReadonlyMap<string, FileState>;

export function isTextFile(file: FileState | undefined): file is ConfigFile {
  return file?.content !== undefined;
}
