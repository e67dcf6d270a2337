/** A text of Python at a place of another. */
export interface PythonString {
  readonly value: string;
  readonly isBytes: boolean;
  /** Where the other goes on. */
  readonly end: number;
}

// The prefixes of texts that compute nothing, and the quotation mark.
const opening = /(?:[uU]|[bB][rR]?|[rR][bB]?)?('''|"""|'|")/y;

/** The text in quotes that begins at `start`. Undefined when there is none, it does not end, or it is no valid text. */
export function readPythonString(text: string, start: number): PythonString | undefined {
  opening.lastIndex = start;
  const match = opening.exec(text);
  if (match === null) return undefined;
  const [begin, quote = ''] = match;
  const prefix = begin.slice(0, -quote.length).toLowerCase();
  const end = findEnd(text, start + begin.length, quote);
  if (end === undefined) return undefined;
  const body = text.slice(start + begin.length, end);
  const isBytes = prefix.includes('b');
  const value = prefix.includes('r') ? body : unescape(body, isBytes);
  // Python refuses bytes beyond ASCII.
  if (value === undefined || (isBytes && /[^\0-\x7f]/.test(value))) return undefined;
  return { value, isBytes, end: end + quote.length };
}

function findEnd(text: string, start: number, quote: string): number | undefined {
  for (let index = start; index < text.length; index++) {
    if (text.startsWith(quote, index)) return index;
    if (text.charAt(index) === '\\') index++;
  }
  return undefined;
}

const letters: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Undefined for an escape that Python refuses, or that needs its table of names. An unknown one means itself. */
function unescape(body: string, isBytes: boolean): string | undefined {
  const unreadable: string[] = [];
  const value = body.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (whole, octal?: string, byte?: string, short?: string, long?: string, letter?: string) => {
      if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
      if (byte !== undefined) return String.fromCodePoint(parseInt(byte, 16));
      const unicode = short ?? long;
      if (unicode !== undefined) {
        if (isBytes) return whole;
        const code = parseInt(unicode, 16);
        if (code <= 0x10ffff) return String.fromCodePoint(code);
        unreadable.push(whole);
      }
      if (letter === 'x' || (!isBytes && (letter === 'u' || letter === 'U' || letter === 'N'))) {
        unreadable.push(whole);
      }
      return letters[letter ?? ''] ?? whole;
    },
  );
  return unreadable.length === 0 ? value : undefined;
}
