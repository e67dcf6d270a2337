/**
 * A regular expression of Python as one of JavaScript: `\w` knows all letters, `$` also stands before a line end that is the last, `]` and `{`
 * mean themselves where Python lets them. Throws SyntaxError for what Python or JavaScript does not know.
 */
export function toRegex(source: string, flags = ''): RegExp {
  const [opening = '', own = ''] = /^\(\?([aimsu]+)\)/.exec(source) ?? [];
  const all = new Set(Array.from(flags + own.replace(/[au]/g, '')));
  const body = new RegexTranslator(source.slice(opening.length), all).translate();
  // The body already says what `.` and `$` mean under these flags, so JavaScript's own flags stay off.
  all.delete('s');
  all.delete('m');
  return new RegExp(body, [...all, 'v'].join(''));
}

const sets: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '[\\p{L}\\p{N}_]',
  W: '[^\\p{L}\\p{N}_]',
  s: '\\s',
  S: '\\S',
};
const boundary = '(?:(?<![\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_])|(?<=[\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_]))';
const controls: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

class RegexTranslator {
  readonly #source: string;
  readonly #flags: ReadonlySet<string>;
  #at = 0;

  constructor(source: string, flags: ReadonlySet<string>) {
    this.#source = source;
    this.#flags = flags;
  }

  translate(): string {
    let out = '';
    while (this.#at < this.#source.length) out += this.#part();
    return out;
  }

  #part(): string {
    const quantifier = this.#take(/\{(?:\d+(?:,\d*)?|,\d*)\}/y);
    if (quantifier !== undefined) return quantifier.replace('{,', '{0,');
    const group = this.#take(/\(\?(?:P<|P=\w+\)|#[^)]*\)|<(?![=!]))/y);
    if (group !== undefined) return this.#group(group);
    const letter = this.#letter();
    switch (letter) {
      case '\\':
        return this.#escape();
      case '[':
        return this.#set();
      case '.':
        return this.#flags.has('s') ? '[^]' : '[^\\n]';
      case '^':
        return this.#flags.has('m') ? '(?<![^\\n])' : '(?<![^])';
      case '$':
        return this.#flags.has('m') ? '(?![^\\n])' : '(?=\\n?(?![^]))';
      case ']':
      case '{':
      case '}':
      case '/':
        return `\\${letter}`;
      default:
        return letter;
    }
  }

  #group(opening: string): string {
    if (opening === '(?P<') return '(?<';
    if (opening.startsWith('(?#')) return '';
    if (opening === '(?<') throw new SyntaxError('a group is named by (?P<NAME>');
    return `\\k<${opening.slice(4, -1)}>`;
  }

  #escape(): string {
    const back = this.#take(/[1-9]\d?/y);
    if (back !== undefined) return `(?:\\${back})`;
    const letter = this.#letter();
    if (letter === 'A') return '(?<![^])';
    if (letter === 'Z') return '(?![^])';
    if (letter === 'b') return boundary;
    if (letter === 'B') return `(?!${boundary})`;
    return sets[letter] ?? literal(this.#escaped(letter), false);
  }

  /** The letter that `\LETTER` stands for. */
  #escaped(letter: string): string {
    const control = controls[letter];
    if (control !== undefined) return control;
    const digits = { x: /[\da-fA-F]{2}/y, u: /[\da-fA-F]{4}/y, U: /[\da-fA-F]{8}/y, 0: /[0-7]{0,2}/y }[
      letter
    ];
    const code = digits === undefined ? undefined : this.#take(digits);
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(`0${code}`, letter === '0' ? 8 : 16));
    if (letter === '' || /[A-Za-z0-9]/.test(letter)) throw new SyntaxError(`\\${letter} means nothing`);
    return letter;
  }

  /** After `[`. */
  #set(): string {
    let out = this.#take(/\^/y) === undefined ? '[' : '[^';
    for (let isFirst = true; isFirst || this.#source[this.#at] !== ']'; isFirst = false) {
      const first = this.#member();
      if (this.#take(/-(?!\])/y) === undefined) out += first;
      else out += `${first}-${this.#member()}`;
    }
    this.#at += 1;
    return `${out}]`;
  }

  #member(): string {
    const letter = this.#letter();
    if (letter === '') throw new SyntaxError('a set of letters has no end');
    if (letter !== '\\') return literal(letter, true);
    const escaped = this.#letter();
    return sets[escaped] ?? literal(escaped === 'b' ? '\b' : this.#escaped(escaped), true);
  }

  #letter(): string {
    const code = this.#source.codePointAt(this.#at);
    const letter = code === undefined ? '' : String.fromCodePoint(code);
    this.#at += letter.length;
    return letter;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

/** A letter that stands for itself. */
function literal(letter: string, isInSet: boolean): string {
  const isSpecial = /[\^$\\.*+?()[\]{}|/]/.test(letter) || (isInSet && /[&\-!#%,:;<=>@`~]/.test(letter));
  return isSpecial ? `\\${letter}` : letter;
}
