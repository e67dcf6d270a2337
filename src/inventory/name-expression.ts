import { runInNewContext } from 'node:vm';
import { InventoryError } from '../errors.ts';

/** Time for an expression to go through all names; one of nested repetitions could take for ever. */
const mostMilliseconds = 2000;

/** Those of the names that a regular expression matches from their start, as `~expression` in a pattern means it. Throws InventoryError. */
export function matchExpression(source: string, names: readonly string[]): readonly string[] {
  const expression = compile(source);
  try {
    const matched: unknown = runInNewContext(
      'names.filter((name) => expression.test(name))',
      { names, expression },
      { timeout: mostMilliseconds },
    );
    return Array.from(matched as string[]);
  } catch (error) {
    throw new InventoryError(
      `~${source} takes more than ${mostMilliseconds / 1000} seconds to match the names of the inventory`,
      undefined,
      { cause: error },
    );
  }
}

/** What Python spells differently, and people use. */
function compile(source: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(source)?.[1] ?? '';
  const body = source
    .slice(flags === '' ? 0 : flags.length + 3)
    .replaceAll('(?P<', '(?<')
    .replace(/\\Z$/, '$');
  try {
    return new RegExp(`^(?:${body})`, [...new Set(flags)].join(''));
  } catch (error) {
    throw new InventoryError(`~${source} is not a regular expression`, undefined, { cause: error });
  }
}
