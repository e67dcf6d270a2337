import { type Change, inverseOf, isFileChange } from '../../model/change.ts';
import { formatCommand, toCommands } from './commands.ts';

/** What to type on the console of a host whose rollback did not bring everything back: the changes undone, last one first. */
export function toConsole(changes: readonly Change[]): readonly string[] {
  const commands = [...changes].reverse().flatMap((change) => {
    const inverse = inverseOf(change);
    return inverse === undefined || isFileChange(inverse) ? [] : toCommands(inverse).map(formatCommand);
  });
  return commands.length === 0 ? [] : ['on its console, as far as it is not so already:', ...commands];
}
