import { TemplateError, Undefined } from './template-error.ts';
import { describe, Float, isMapping } from './values.ts';

/** Python's `str(value)`. */
export function toText(value: unknown): string {
  if (value instanceof Undefined) throw value.toError();
  return typeof value === 'string' ? value : toSource(value);
}

/** Python's `repr(value)`. */
export function toSource(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value);
  if (value instanceof Float) return floatText(value.value);
  if (Array.isArray(value)) return `[${value.map(toSource).join(', ')}]`;
  if (isMapping(value)) {
    const pairs = Object.entries(value).map(([key, item]) => `${quote(key)}: ${toSource(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  throw new TemplateError(`makes a text of ${describe(value)}`);
}

function floatText(number: number): string {
  if (Object.is(number, -0)) return '-0.0';
  const [digits = '', exponent = '0'] = number.toExponential().split('e');
  if (Number(exponent) < -4 || Number(exponent) >= 16)
    return `${digits}e${exponent.replace(/\d+/, (power) => power.padStart(2, '0'))}`;
  return Number.isInteger(number) ? `${number}.0` : String(number);
}

function quote(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return escaped.includes("'") && !escaped.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll("'", "\\'")}'`;
}

/**
 * The value that a text spells as Python would: a list, a mapping, a boolean. Undefined when it is none, which is no error:
 * the text then stands for itself.
 */
export function parsePythonLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  try {
    return reader.readAll();
  } catch (error) {
    if (error === notLiteral) return undefined;
    throw error;
  }
}

const notLiteral = new Error('not a literal of Python');

const words: Readonly<Record<string, boolean | null>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): unknown {
    const first = this.#readValue();
    const value = this.#skip(',') ? [first, ...this.#readRest()] : first;
    this.#skipBlanks();
    if (this.#at < this.#text.length && this.#text[this.#at] !== '#') throw notLiteral;
    return value;
  }

  /** The items after the first comma of a tuple without brackets. */
  #readRest(): readonly unknown[] {
    const items: unknown[] = [];
    for (;;) {
      this.#skipBlanks();
      if (this.#at === this.#text.length || this.#text[this.#at] === '#') return items;
      items.push(this.#readValue());
      if (!this.#skip(',')) return items;
    }
  }

  #readValue(): unknown {
    this.#skipBlanks();
    const letter = this.#text[this.#at];
    if (letter === '[') return this.#readList(']');
    if (letter === '(') return this.#readList(')');
    if (letter === '{') return this.#readMapping();
    const string = this.#match(/'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y);
    if (string !== undefined) return unescape(string.slice(1, -1));
    const number = this.#match(/[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])/y);
    // Python refuses 010.
    if (number !== undefined && !/^[-+]?0\d/.test(number)) return Number(number);
    const word = this.#match(/[A-Za-z]+/y);
    const value = word === undefined ? undefined : words[word];
    if (value === undefined) throw notLiteral;
    return value;
  }

  #readList(end: string): readonly unknown[] {
    this.#at += 1;
    const items: unknown[] = [];
    while (!this.#skip(end)) {
      items.push(this.#readValue());
      if (this.#skip(',')) continue;
      if (this.#skip(end)) break;
      throw notLiteral;
    }
    return items;
  }

  #readMapping(): Readonly<Record<string, unknown>> {
    this.#at += 1;
    const pairs: [string, unknown][] = [];
    while (!this.#skip('}')) {
      const key = this.#readValue();
      if (!this.#skip(':')) throw notLiteral;
      pairs.push([toText(key), this.#readValue()]);
      if (this.#skip(',')) continue;
      if (this.#skip('}')) break;
      throw notLiteral;
    }
    return Object.fromEntries(pairs);
  }

  #skip(letter: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== letter) return false;
    this.#at += 1;
    return true;
  }

  #skipBlanks(): void {
    this.#match(/\s*/y);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (whole, letter: string) =>
    /['"\\\n]/.test(letter) ? letter.replace('\n', '') : (escapes[letter] ?? whole),
  );
}
