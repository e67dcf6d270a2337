import { runInNewContext } from 'node:vm';
import { InventoryError } from '../errors.ts';
import { toRegex } from './python-regex.ts';

/** Milliseconds for an expression to go through all names: nested repetitions could take for ever. */
const mostMilliseconds = 2000;

/** Selects the names that a regular expression matches from their start, as `~expression` of a pattern does. Throws InventoryError. */
export function matchExpression(source: string, names: readonly string[]): readonly string[] {
  const expression = compile(source);
  try {
    const matched: unknown = runInNewContext(
      'names.filter((name) => { expression.lastIndex = 0; return expression.test(name); })',
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

function compile(source: string): RegExp {
  try {
    return toRegex(source, 'y');
  } catch (error) {
    throw new InventoryError(`~${source} is not a regular expression`, undefined, { cause: error });
  }
}
