import { formatCommand } from '../../model/command.ts';
import type { Step } from '../../model/step.ts';

/** Returns commands to type on the console of a host after an incomplete rollback: the steps undone, the last one first. */
export function toConsole(steps: readonly Step[]): readonly string[] {
  const commands = steps.toReversed().flatMap(({ undo }) => undo.map(formatCommand));
  return commands.length === 0 ? [] : ['on its console, as far as it is not so already:', ...commands];
}
