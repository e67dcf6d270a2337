import type { Change } from '../../model/change.ts';
import type { Command } from '../../model/command.ts';
import type { Probe } from '../../model/probe.ts';
import type { FilePermissions, StagedFile } from '../../model/staged-file.ts';
import type { Step } from '../../model/step.ts';
import type { ChangeKinds } from './change-kinds.ts';

/** Everything one transaction is to do, in order. */
export interface TransactionWork {
  /** Those that take effect at once. */
  readonly changes: readonly Change[];
  /** How they are made, one step for each. */
  readonly steps: readonly Step[];
  /** One per path, from what is there to what shall be there. */
  readonly files: readonly StagedFile[];
  /** The changes that `files` add up to, as they were planned. */
  readonly staged: readonly Change[];
}

/** Work, and what must hold after it. */
export interface GuardedWork extends TransactionWork {
  readonly probes: readonly Probe[];
  /**
   * Asks those who read the files that the commit put in place. When one does not take them, the files go back, it is asked
   * again, and the steps are undone.
   */
  readonly accept?: readonly Command[] | undefined;
  /** Prints what a rollback must bring back, besides the facts. */
  readonly snapshot?: string | undefined;
}

/** Splits what tasks planned: steps in order, and per path the one change of a file they add up to. */
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
 * A power cut between two files of the commit boots a mixture. New files come first and removed ones last: so an address
 * that moves from a NIC to its bridge stands in both files for a moment, but never in neither.
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
