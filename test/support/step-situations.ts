import { stepFunctions, stepLibrary } from '../../src/engine/transaction/step-script.ts';
import type { Step } from '../../src/model/step.ts';

/** What a protocol gives to the functions of steps. `folder` must be set before. */
export const bareProtocol = `undo_errors=0
begun() { :; }
made() { :; }
may_wait() { :; }
${stepLibrary}`;

/**
 * Takes a step back in each situation that there is, and prints where the host is not as before. Needs a function `snapshot`
 * that prints all that the step may alter. The step stays made in the end.
 */
export function situationsOf(step: Step, index: number): string {
  const at = String(index);
  const parts = step.run.slice(0, -1).map((_, place) => place + 1);
  const partOf = (count: number): number => 1000 + 100 * index + count;
  const situations = [
    ['not made', ':'],
    ...parts.map((count) => [`made up to command ${String(count)}`, `do_${String(partOf(count))}`]),
    ['made', `do_${at}`],
    ['undone already', `do_${at} && undo_${at}`],
    ['undone twice', `do_${at} && undo_${at} && undo_${at}`],
  ] as const;
  return [
    stepFunctions(step, index),
    ...parts.map((count) => stepFunctions({ ...step, run: step.run.slice(0, count) }, partOf(count))),
    'before=$(snapshot)',
    ...situations.flatMap(([name, make]) => [
      `{ ${make}; } || echo "step ${at}, ${name}: cannot be made: $(cat "$folder/stderr")"`,
      `undo_${at} || echo "step ${at}, ${name}: undo fails: $(cat "$folder/undo-stderr")"`,
      `after=$(snapshot)`,
      `[ "$after" = "$before" ] || printf 'step ${at}, ${name}: not as before\\n%s\\n---\\n%s\\n' "$before" "$after"`,
    ]),
    `do_${at}`,
  ].join('\n');
}
