/** A number of Python at a place of a text. */
export interface PythonNumber {
  /** Text when JavaScript would round the number. */
  readonly value: number | string;
  /** Where the text goes on. */
  readonly end: number;
}

const digits = '[0-9](?:_?[0-9])*';
const exponent = `[eE][-+]?${digits}`;
const float = new RegExp(
  `(?:(?:${digits})?\\.${digits}(?:${exponent})?|${digits}\\.(?:${exponent})?|${digits}${exponent})(?![\\w.])`,
  'y',
);
const integer =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?0)*|[1-9](?:_?[0-9])*)(?![\w.])/y;

/** The number that begins at `start`; undefined when none does, and for complex and infinite ones. */
export function readPythonNumber(text: string, start: number): PythonNumber | undefined {
  return readFloat(text, start) ?? readInteger(text, start);
}

function readFloat(text: string, start: number): PythonNumber | undefined {
  float.lastIndex = start;
  const source = float.exec(text)?.[0];
  if (source === undefined) return undefined;
  const value = Number(source.replaceAll('_', ''));
  return Number.isFinite(value) ? { value, end: start + source.length } : undefined;
}

function readInteger(text: string, start: number): PythonNumber | undefined {
  integer.lastIndex = start;
  const source = integer.exec(text)?.[0];
  if (source === undefined) return undefined;
  const plain = source.replaceAll('_', '');
  const value = Number(plain);
  return { value: Number.isSafeInteger(value) ? value : plain, end: start + source.length };
}
