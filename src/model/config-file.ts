import type { Change } from './change.ts';

/** A configuration file of the host. */
export interface ConfigFile {
  readonly content: string;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  /** User and group names, or numbers without a name on the host. Absent: root. */
  readonly owner?: string;
  readonly group?: string;
  /** Why `content` differs from the file. A file with a flaw is never written. Absent: `content` is the file to the byte. */
  readonly flaw?: FileFlaw;
}

export interface FileFlaw {
  /** The second half of a sentence that begins with the path: `is not UTF-8`. */
  readonly is: string;
  /** True: `content` is the file, with U+FFFD for every character that is no text. False: the content is unknown. */
  readonly legible: boolean;
}

/** Configuration files by absolute path. */
export type ConfigFiles = ReadonlyMap<string, ConfigFile>;

/** Returns the files as `change` leaves them. */
export function configFilesAfter(files: ConfigFiles, change: Change): ConfigFiles {
  switch (change.kind) {
    case 'file.write': {
      const { path, mode, owner, group, after: content } = change;
      const old = files.get(path);
      const born = { mode, ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) };
      return new Map(files).set(path, { ...(old ?? born), content });
    }
    case 'file.update': {
      const old = files.get(change.path);
      return old === undefined ? files : new Map(files).set(change.path, { ...old, ...change.after });
    }
    case 'file.delete': {
      const rest = new Map(files);
      rest.delete(change.path);
      return rest;
    }
    default:
      return files;
  }
}
