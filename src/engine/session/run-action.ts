import type { Action, ActionHost, ActionResult } from '../../model/action.ts';
import type { LeftOutBy } from '../events.ts';

export interface ActionRun {
  readonly host: ActionHost;
  /** Applies earlier changes, before an action that waits or changes. */
  readonly before: () => Promise<void>;
  /** Asks whether a changing action may run, once it is known that there is something to do. */
  readonly isWanted: () => Promise<boolean>;
}

/** Runs an action, or reports why it did not run. */
export async function runAction<D, O>(
  action: Action<D, O>,
  input: D,
  { host, before, isWanted }: ActionRun,
): Promise<ActionResult<O> | LeftOutBy> {
  const effect = action.effect(input);
  if (host.checkMode && effect === 'waits') return 'check';
  if (!host.checkMode && effect !== 'reads') await before();
  if ((await action.isDone?.(input, host)) === true) return { changed: false, output: undefined };
  if (host.checkMode && effect === 'changes') return { changed: true, output: undefined };
  return effect !== 'changes' || (await isWanted()) ? await action.run(input, host) : 'step';
}
