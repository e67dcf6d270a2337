import { escapePattern } from './escape-pattern.ts';

/** What nobody must read: passwords, and all that came out of a vault. It grows as they become known. */
export class Secrets {
  readonly #texts = new Set<string>();
  #patterns: Patterns | undefined;

  /** Hides a text from now on, and each line of one with several. */
  add(text: string): void {
    for (const part of [text, ...text.split(/\r?\n/)].map((each) => each.trim())) {
      if (part === '' || literals.has(part.toLowerCase())) continue;
      this.#texts.add(part);
      // As it stands in JSON and in sentences that quote it.
      this.#texts.add(JSON.stringify(part).slice(1, -1));
    }
    this.#patterns = undefined;
  }

  /** Hides every text and every long number of a value. */
  addAll(value: unknown): void {
    if (typeof value === 'string') this.add(value);
    else if (typeof value === 'number' && String(value).length >= shortestNumber) this.add(String(value));
    else if (typeof value === 'object' && value !== null)
      Object.values(value).forEach((part) => this.addAll(part));
  }

  /**
   * A value with `********` for every secret in it. One that is a common word, or short, is hidden only where it stands
   * whole: the password `root` not in `/root/x`. One of less than four letters is hidden only where it is all there is.
   */
  mask(text: string): string {
    if (this.#texts.has(text.trim())) return mask;
    const { anywhere, whole } = this.#compile();
    return replaceAll(replaceAll(text, anywhere), whole);
  }

  /**
   * A text that holds names and words of kvmplay's own, with `********` for every secret that none of them can be. What
   * is a value in it has been masked as one.
   */
  maskUnlikely(text: string): string {
    return replaceAll(text, this.#compile().anywhere);
  }

  /** The value with every text in it masked, but not those of the fields `except`; itself when there is no secret. */
  maskIn<T>(value: T, except: ReadonlySet<string> = new Set()): T {
    return this.#texts.size === 0 ? value : (this.#maskPart(value, except) as T);
  }

  /** The secrets that stand in a value. */
  foundIn(value: unknown): ReadonlySet<string> {
    const found = new Set<string>();
    const { anywhere, whole } = this.#compile();
    const find = (part: unknown): void => {
      if (typeof part === 'string') {
        if (this.#texts.has(part.trim())) found.add(part.trim());
        for (const pattern of [anywhere, whole])
          if (pattern !== undefined) for (const [secret] of part.matchAll(pattern)) found.add(secret);
      } else if (typeof part === 'object' && part !== null) Object.values(part).forEach(find);
    };
    find(value);
    return found;
  }

  #maskPart(value: unknown, except: ReadonlySet<string>, isName = false): unknown {
    if (typeof value === 'string') return isName ? value : this.mask(value);
    if (typeof value === 'number') return !isName && this.#texts.has(String(value)) ? mask : value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((part) => this.#maskPart(part, except, isName));
    if (value instanceof Map)
      return new Map(
        [...(value as ReadonlyMap<unknown, unknown>)].map(([key, part]) => [
          key,
          this.#maskPart(part, except),
        ]),
      );
    // What has a class knows itself how it is shown.
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, this.#maskPart(part, except, except.has(key))]),
    );
  }

  #compile(): Patterns {
    // The longest first: one secret may begin another.
    const texts = [...this.#texts].sort((a, b) => b.length - a.length);
    return (this.#patterns ??= {
      anywhere: toPattern(texts.filter((text) => kindOf(text) === 'unlikely').map(escapePattern)),
      whole: toPattern(
        texts.flatMap((text) => {
          switch (kindOf(text)) {
            case 'word':
              return [`(?<![\\w./-])${escapePattern(text)}(?![\\w./-])`];
            case 'short':
              return [`(?<!\\w)${escapePattern(text)}(?!\\w)`];
            case 'tiny':
            case 'unlikely':
              return [];
          }
        }),
      ),
    });
  }
}

export const mask = '********';

/** Fields of events, summaries and questions that name what they are about. They are no secrets, and a reader goes by them. */
export const namingFields: ReadonlySet<string> = new Set([
  'type',
  'play',
  'plays',
  'host',
  'hosts',
  'wave',
  'kind',
  'code',
  'outcome',
  'phase',
  'task',
]);

interface Patterns {
  /** Of secrets that stand in nothing else. */
  readonly anywhere: RegExp | undefined;
  /** Of those that may. */
  readonly whole: RegExp | undefined;
}

const shortestNumber = 6;
/** What vaulted files of YAML are full of. */
const literals: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'yes', 'no', '---', '...']);

/** How likely a secret stands in a text that is none: a `word` such as `password` in names, a `short` one in other words. */
function kindOf(text: string): 'tiny' | 'word' | 'short' | 'unlikely' {
  if (text.length < 4) return 'tiny';
  if (text.length < 12 && /^[a-z]+$/i.test(text)) return 'word';
  return text.length < 8 || /^\d+$/.test(text) ? 'short' : 'unlikely';
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm, too: a playbook may run in one.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function toPattern(alternatives: readonly string[]): RegExp | undefined {
  return alternatives.length === 0 ? undefined : new RegExp(alternatives.join('|'), 'g');
}

function replaceAll(text: string, pattern: RegExp | undefined): string {
  return pattern === undefined ? text : text.replace(pattern, mask);
}
