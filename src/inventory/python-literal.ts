import { deepFreeze } from './deep-freeze.ts';
import { readPythonNumber } from './python-number.ts';
import { readPythonString } from './python-string.ts';

/** Deeper nesting is no value that a person wrote. */
const mostDepth = 90;

/**
 * The value of a text that is a literal of Python: a number, text in quotes, True, False, None, a list, tuple or dictionary of
 * them. Undefined for any other text. Ansible reads values of INI inventories so (`ast.literal_eval`).
 */
export function parsePythonLiteral(text: string): { readonly value: unknown } | undefined {
  const reader = new LiteralReader(text);
  try {
    return { value: deepFreeze(reader.readAll()) };
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

class NoLiteral extends Error {}

class LiteralReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): unknown {
    const value = this.#readItems('');
    if (this.#next() !== '') throw new NoLiteral();
    return value;
  }

  /** The next letter that is neither space nor comment; empty at the end. */
  #next(): string {
    while (/[ \t\f]/.test(this.#text.charAt(this.#at))) this.#at++;
    const letter = this.#text.charAt(this.#at);
    return letter === '#' ? '' : letter;
  }

  #take(letter: string): boolean {
    if (this.#next() !== letter) return false;
    this.#at++;
    return true;
  }

  #expect(letter: string): void {
    if (!this.#take(letter)) throw new NoLiteral();
  }

  /** One value, or several with commas between, which are a tuple. */
  #readItems(close: string): unknown {
    const first = this.#readValue();
    if (this.#next() !== ',') return first;
    const items = [first];
    while (this.#take(',')) {
      if (this.#next() === close) break;
      items.push(this.#readValue());
    }
    return items;
  }

  #readValue(): unknown {
    if (++this.#depth > mostDepth) throw new NoLiteral();
    const value = this.#readAtom();
    this.#depth--;
    return value;
  }

  #readAtom(): unknown {
    const letter = this.#next();
    switch (letter) {
      case '[':
        return this.#readList();
      case '(':
        return this.#readTuple();
      case '{':
        return this.#readDictionary();
      case '+':
      case '-':
        this.#at++;
        this.#next();
        return this.#readNumber(letter);
      default:
        return /[0-9.]/.test(letter) ? this.#readNumber('+') : (this.#tryString() ?? this.#readName());
    }
  }

  #readList(): unknown {
    this.#expect('[');
    const items: unknown[] = [];
    while (!this.#take(']')) {
      items.push(this.#readValue());
      if (this.#next() !== ']') this.#expect(',');
    }
    return items;
  }

  /** Brackets around one value are only brackets. */
  #readTuple(): unknown {
    this.#expect('(');
    if (this.#take(')')) return [];
    const value = this.#readItems(')');
    this.#expect(')');
    return value;
  }

  #readDictionary(): unknown {
    this.#expect('{');
    const entries: [string, unknown][] = [];
    while (!this.#take('}')) {
      const key = this.#readValue();
      this.#expect(':');
      entries.push([toKey(key), this.#readValue()]);
      if (this.#next() !== '}') this.#expect(',');
    }
    return Object.fromEntries(entries);
  }

  #readNumber(sign: '+' | '-'): unknown {
    const number = readPythonNumber(this.#text, this.#at);
    if (number === undefined) throw new NoLiteral();
    this.#at = number.end;
    const { value } = number;
    if (typeof value === 'string') return sign === '-' ? `-${value}` : value;
    return sign === '-' && value !== 0 ? -value : value;
  }

  /** Texts that follow each other are one. */
  #tryString(): string | undefined {
    let text: string | undefined;
    let isBytes: boolean | undefined;
    for (;;) {
      this.#next();
      const part = readPythonString(this.#text, this.#at);
      if (part === undefined) break;
      // Bytes are a text only as the whole value.
      if (part.isBytes && this.#depth > 1) throw new NoLiteral();
      if (isBytes !== undefined && isBytes !== part.isBytes) throw new NoLiteral();
      isBytes = part.isBytes;
      text = `${text ?? ''}${part.value}`;
      this.#at = part.end;
    }
    return text;
  }

  #readName(): unknown {
    const name = /[A-Za-z]+(?!\w)/y;
    name.lastIndex = this.#at;
    const word = name.exec(this.#text)?.[0];
    this.#at += word?.length ?? 0;
    switch (word) {
      case 'True':
        return true;
      case 'False':
        return false;
      case 'None':
        return null;
      default:
        throw new NoLiteral();
    }
  }
}

/** Keys are text in JSON, and so they are here. */
function toKey(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new NoLiteral();
  return String(key);
}
