import { PlanError } from '../../errors.ts';
import { expectedFile, type FileStates, isTextFile } from '../../facts/index.ts';
import type { FileChange } from '../../changes/file.ts';
import type { FilePermissions } from '../../model/staged-file.ts';
import type { ConfigFile } from '../../model/config-file.ts';
import { matching } from '../input/input.ts';

/** A writable file path. */
export const filePath = matching(
  'the absolute path of a file, such as "/etc/hosts", that is not below /dev, /proc or /sys',
  (value) =>
    /^(\/(?!\.\.?(\/|$))[^/\u0000-\u001f\u007f]+)+$/.test(value) && !/^\/(dev|proc|sys)\//.test(value),
);

/** Permission bits as chmod takes them. A string, since many readers would take a number as decimal. */
export const fileMode = matching("permission bits in octal, such as '0644'", (value) =>
  /^[0-7]{3,4}$/.test(value),
).transform((value) => Number.parseInt(value, 8));

export const userName = matching('the name of a user, such as "root"', isAccount);
export const groupName = matching('the name of a group, such as "root"', isAccount);

function isAccount(value: string): boolean {
  return /^[A-Za-z_][\w.-]*\$?$/.test(value);
}

/** Without NUL bytes, which end texts for shells and file systems. */
export const text = matching('text without NUL bytes', (value) => !value.includes('\0'));

/** Returns the text file at a path; undefined if there is nothing. Throws PlanError for anything else. */
export function findFile(files: FileStates, path: string): ConfigFile | undefined {
  const file = files.get(path);
  if (file === undefined || isTextFile(file)) return file;
  if (file === expectedFile) return undefined;
  throw new PlanError(`${path} is ${file.is}, it should be a text file`);
}

/** The wanted state of a file. Members left out stay; a new file is root's with mode 0644. */
export interface WantedFile {
  readonly content: string;
  readonly mode?: number | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly secret?: boolean | undefined;
}

/** Returns the changes that write a file; none if it already is as wanted. */
export function writeFile(
  path: string,
  current: ConfigFile | undefined,
  wanted: WantedFile,
): readonly FileChange[] {
  const { content, mode, owner, group } = wanted;
  const mark = wanted.secret === undefined ? {} : { secret: wanted.secret };
  if (current === undefined) {
    const account = { ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) };
    return [{ kind: 'file.write', path, mode: mode ?? 0o644, ...account, after: content, ...mark }];
  }
  const changes: FileChange[] = [];
  if (current.content !== content) {
    const before = current.content;
    // A file that becomes private must not have its new content shown. The change carries the old file's mode, so this is decided here.
    const hidden =
      wanted.secret === undefined && isOwnersOnly(mode) && !isOwnersOnly(current.mode)
        ? { secret: true }
        : mark;
    changes.push({ kind: 'file.write', path, mode: current.mode, before, after: content, ...hidden });
  }
  const update = differing(current, { mode, owner, group });
  if (update !== undefined) changes.push({ kind: 'file.update', path, ...update });
  return changes;
}

function isOwnersOnly(mode: number | undefined): boolean {
  return mode !== undefined && (mode & 0o077) === 0;
}

/** Returns the changes that remove a file; none if it does not exist. */
export function deleteFile(
  path: string,
  current: ConfigFile | undefined,
  { secret }: Pick<WantedFile, 'secret'> = {},
): readonly FileChange[] {
  if (current === undefined) return [];
  const { content: before, ...rest } = current;
  return [{ kind: 'file.delete', path, ...rest, before, ...(secret !== undefined && { secret }) }];
}

type Wanted = { readonly [K in keyof FilePermissions]: FilePermissions[K] | undefined };

function differing(
  current: ConfigFile,
  wanted: Wanted,
): { readonly before: FilePermissions; readonly after: FilePermissions } | undefined {
  const now: FilePermissions = { owner: 'root', group: 'root', ...current };
  const names = (['mode', 'owner', 'group'] as const).filter(
    (name) => wanted[name] !== undefined && wanted[name] !== now[name],
  );
  if (names.length === 0) return undefined;
  return {
    before: Object.fromEntries(names.map((name) => [name, now[name]])),
    after: Object.fromEntries(names.map((name) => [name, wanted[name]])),
  };
}
