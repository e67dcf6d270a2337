import { formatCommand } from '../../model/command.ts';
import type { Step } from '../../model/step.ts';

/** What to type on the console of a host whose rollback did not bring everything back: the steps undone, last one first. */
export function toConsole(steps: readonly Step[]): readonly string[] {
  const commands = steps.toReversed().flatMap(({ undo }) => undo.map(formatCommand));
  return commands.length === 0 ? [] : ['on its console, as far as it is not so already:', ...commands];
}
