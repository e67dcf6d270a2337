/** What becomes of one path at the commit. */
export interface StagedFile {
  readonly path: string;
  /** Absent: the content stays, whatever it is. On either side undefined: there is no file. */
  readonly content?: { readonly before?: string; readonly after?: string };
  /** What it gets; of a file that is there the rest stays. */
  readonly permissions: FilePermissions;
}

export interface FilePermissions {
  readonly mode?: number;
  /** Names, or numbers where the host knows no name. */
  readonly owner?: string;
  readonly group?: string;
}

/** Permission bits as people write them: `0644`. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
