import { deepFreeze } from './deep-freeze.ts';
import { reviveMarkedText } from './marked-text.ts';

/** Deeper nesting is no inventory, and would overflow the stack. */
const mostDepth = 64;

/** A JSON text as a value that is frozen deeply. Throws SyntaxError, or RangeError for a text that is nested too deeply. */
export function parseJsonValue(text: string): unknown {
  const value: unknown = JSON.parse(text, reviveMarkedText);
  refuseDepth(value, 0);
  return deepFreeze(value);
}

function refuseDepth(value: unknown, depth: number): void {
  if (depth > mostDepth) throw new RangeError(`it is nested more than ${mostDepth} levels deep`);
  if (typeof value !== 'object' || value === null) return;
  for (const item of Object.values(value)) refuseDepth(item, depth + 1);
}
