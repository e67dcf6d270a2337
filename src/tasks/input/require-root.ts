import { PlanError } from '../../errors.ts';
import type { Platform } from '../../facts/index.ts';
import type { Change } from '../../model/change.ts';
import type { Plan } from '../../model/task.ts';

/** Refuses a plan with changes if commands do not run as root. */
export function requireRoot(
  changes: readonly Change[],
  {
    platform,
    warnings = [],
  }: { readonly platform: Pick<Platform, 'isRoot'>; readonly warnings?: readonly string[] },
): Plan {
  if (changes.length > 0 && !platform.isRoot)
    throw new PlanError('the login user is not root: -b or ansible_become: true makes it root');
  return { changes, warnings };
}
