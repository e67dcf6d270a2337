import { type Change, type FileChange, type FilePermissions, isFileChange } from '../../model/change.ts';
import type { Probe } from './probes.ts';
import type { RuntimeChange } from './commands.ts';

/** Everything one transaction is to do, in order. */
export interface TransactionWork {
  readonly changes: readonly RuntimeChange[];
  /** One per path, from what is there to what shall be there. */
  readonly files: readonly FileWork[];
  /** The changes that `files` add up to, as they were planned. */
  readonly staged: readonly FileChange[];
}

/** Work, and what must hold after it. */
export interface GuardedWork extends TransactionWork {
  readonly probes: readonly Probe[];
}

/** What becomes of one path. */
export interface FileWork {
  readonly path: string;
  /** Absent: the content stays, whatever it is. On either side undefined: there is no file. */
  readonly content?: { readonly before?: string; readonly after?: string };
  /** What it gets; of a file that is there the rest stays. */
  readonly permissions: FilePermissions;
}

/** Splits what tasks planned: kernel changes in order, and per path the one change of a file they add up to. */
export function toWork(changes: readonly Change[]): TransactionWork {
  const files = new Map<string, FileWork>();
  const staged = changes.filter(isFileChange);
  for (const change of staged) {
    const merged = mergeFileChanges(files.get(change.path), change);
    if (merged === undefined) files.delete(change.path);
    else files.set(change.path, merged);
  }
  return {
    changes: changes.filter((change): change is RuntimeChange => !isFileChange(change)),
    files: [...files.values()].sort((one, other) => rankOf(one) - rankOf(other)),
    staged,
  };
}

/**
 * A power cut between two files of the commit boots a mixture. New files come first and removed ones last: so an address
 * that moves from a NIC to its bridge stands in both files for a moment, but never in neither.
 */
function rankOf({ content }: FileWork): number {
  if (content === undefined) return 1;
  if (content.after === undefined) return 2;
  return content.before === undefined ? 0 : 1;
}

function mergeFileChanges(earlier: FileWork | undefined, later: FileChange): FileWork | undefined {
  const { path } = later;
  if (later.kind === 'file.update') {
    const content = earlier?.content;
    const permissions = { ...earlier?.permissions, ...later.after };
    return { path, ...(content && { content }), permissions };
  }
  const before = earlier?.content === undefined ? later.before : earlier.content.before;
  const after = later.kind === 'file.write' ? later.after : undefined;
  const permissions = permissionsAfter(earlier, later);
  if (before === after) {
    const isSame = before === undefined || Object.keys(permissions).length === 0;
    return isSame ? undefined : { path, permissions };
  }
  const content = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  return { path, content, permissions };
}

function permissionsAfter(
  earlier: FileWork | undefined,
  later: Exclude<FileChange, { kind: 'file.update' }>,
): FilePermissions {
  if (later.kind === 'file.delete') return {};
  if (later.before !== undefined) return earlier?.permissions ?? {};
  const { mode, owner, group } = later;
  return { mode, ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) };
}
