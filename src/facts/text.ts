import { FactParseError } from '../errors.ts';

/** The lines of an output, without empty ones. */
export function linesOf(output: string): readonly string[] {
  return output.split('\n').filter((line) => line !== '');
}

/** A decimal number of a fact's output. */
export function parseNumber(text: string | undefined, what: string): number {
  if (text !== undefined && /^-?\d+$/.test(text)) return Number(text);
  throw new FactParseError(`${what} should be a number and is ${JSON.stringify(text)}`);
}
