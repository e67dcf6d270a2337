import { FactParseError } from '../errors.ts';

/** Splits an output into lines, without empty ones. */
export function linesOf(output: string): readonly string[] {
  return output.split('\n').filter((line) => line !== '');
}

/** Parses a decimal number in a fact's output. */
export function parseNumber(text: string | undefined, what: string): number {
  if (text !== undefined && /^-?\d+$/.test(text)) return Number(text);
  throw new FactParseError(`${what} should be a number and is ${JSON.stringify(text)}`);
}
