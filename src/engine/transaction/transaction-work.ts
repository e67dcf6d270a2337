import type { Change } from '../../model/change.ts';
import type { Command } from '../../model/command.ts';
import type { Probe } from '../../model/probe.ts';
import type { FilePermissions, StagedFile } from '../../model/staged-file.ts';
import type { Step } from '../../model/step.ts';
import type { ChangeKinds } from './change-kinds.ts';

/** The work of one transaction, in order. */
export interface TransactionWork {
  /** Changes that take effect at once. */
  readonly changes: readonly Change[];
  /** One step for each change. */
  readonly steps: readonly Step[];
  /** One entry per path, from its present to its wanted state. */
  readonly files: readonly StagedFile[];
  /** The planned changes that make up `files`. */
  readonly staged: readonly Change[];
}

/** Work with the checks that must pass after it. */
export interface GuardedWork extends TransactionWork {
  readonly probes: readonly Probe[];
  /** Commands that ask the readers of the committed files. If one refuses them, the files go back, it is asked again, and the steps are undone. */
  readonly accept?: readonly Command[] | undefined;
  /** Script that prints the state a rollback must restore, besides the facts. */
  readonly snapshot?: string | undefined;
}

/** Splits planned changes into steps, in order, and one file change per path. */
export function toWork(changes: readonly Change[], kindOf: ChangeKinds['kindOf']): TransactionWork {
  const files = new Map<string, StagedFile>();
  const staged: Change[] = [];
  const steps: Step[] = [];
  for (const change of changes) {
    const file = kindOf(change).stage?.(change);
    if (file === undefined) {
      steps.push(toStep(change, kindOf));
      continue;
    }
    staged.push(change);
    const merged = mergeFiles(files.get(file.path), file);
    if (merged === undefined) files.delete(file.path);
    else files.set(file.path, merged);
  }
  return {
    changes: steps.flatMap(({ brings }) => brings),
    steps,
    files: [...files.values()].sort((one, other) => rankOf(one) - rankOf(other)),
    staged,
  };
}

function toStep(change: Change, kindOf: ChangeKinds['kindOf']): Step {
  const kind = kindOf(change);
  const inverse = kind.inverse(change);
  return {
    brings: [change],
    run: kind.compile?.(change) ?? [],
    undo: inverse === undefined ? [] : (kindOf(inverse).compile?.(inverse) ?? []),
    settle: kind.settle?.(change),
  };
}

/**
 * After a power cut during the commit, a host boots with a part of the files. New files come first and removed ones last, so an address that moves from a
 * NIC to its bridge may briefly be in both files, but never in neither.
 */
function rankOf({ content }: StagedFile): number {
  if (content === undefined) return 1;
  if (content.after === undefined) return 2;
  return content.before === undefined ? 0 : 1;
}

function mergeFiles(earlier: StagedFile | undefined, later: StagedFile): StagedFile | undefined {
  const { path } = later;
  if (later.content === undefined) {
    const content = earlier?.content;
    const permissions = { ...earlier?.permissions, ...later.permissions };
    return { path, ...(content && { content }), permissions };
  }
  const before = earlier?.content === undefined ? later.content.before : earlier.content.before;
  const { after } = later.content;
  const permissions = permissionsAfter(earlier, later.content, later.permissions);
  if (before === after) {
    const isSame = before === undefined || Object.keys(permissions).length === 0;
    return isSame ? undefined : { path, permissions };
  }
  const content = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  return { path, content, permissions };
}

function permissionsAfter(
  earlier: StagedFile | undefined,
  { before, after }: NonNullable<StagedFile['content']>,
  own: FilePermissions,
): FilePermissions {
  if (after === undefined) return {};
  return before === undefined ? own : (earlier?.permissions ?? {});
}
