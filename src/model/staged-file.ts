/** The change of one path at the commit. */
export interface StagedFile {
  readonly path: string;
  /** Absent: the content stays. A side that is undefined means that there is no file. */
  readonly content?: { readonly before?: string; readonly after?: string };
  /** Permissions of a new file, or the ones that change. */
  readonly permissions: FilePermissions;
}

export interface FilePermissions {
  readonly mode?: number;
  /** User and group names, or numbers without a name on the host. */
  readonly owner?: string;
  readonly group?: string;
}

/** Formats permission bits as people write them: `0644`. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
