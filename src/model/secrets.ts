import { escapePattern } from './escape-pattern.ts';

/** The values to mask in all output: passwords and everything from vaults. It grows as they become known. */
export class Secrets {
  readonly #texts = new Set<string>();
  #patterns: Patterns | undefined;

  /** Masks a text from now on, and each of its lines. */
  add(text: string): void {
    for (const part of [text, ...text.split(/\r?\n/)].map((each) => each.trim())) {
      if (part === '' || literals.has(part.toLowerCase())) continue;
      this.#texts.add(part);
      // The same text escaped, as JSON and quoting sentences contain it.
      this.#texts.add(JSON.stringify(part).slice(1, -1));
    }
    this.#patterns = undefined;
  }

  /** Masks every text and every long number in a value. */
  addAll(value: unknown): void {
    if (typeof value === 'string') this.add(value);
    else if (typeof value === 'number' && String(value).length >= shortestNumber) this.add(String(value));
    else if (typeof value === 'object' && value !== null)
      Object.values(value).forEach((part) => this.addAll(part));
  }

  /**
   * Replaces every secret in a value by `********`. A short secret or a common word is masked only as a whole word: the password `root` not in `/root/x`. A
   * secret of fewer than four letters is masked only if it is the whole value.
   */
  mask(text: string): string {
    if (this.#texts.has(text.trim())) return mask;
    const { anywhere, whole } = this.#compile();
    return replaceAll(replaceAll(text, anywhere), whole);
  }

  /** Masks secrets in a text of kvmplay's own words, except those that could be one of the words. Values inside the text are masked before. */
  maskUnlikely(text: string): string {
    return replaceAll(text, this.#compile().anywhere);
  }

  /** Masks every text in a value, except in the fields `except`. Returns the value itself if there is no secret. */
  maskIn<T>(value: T, except: ReadonlySet<string> = new Set()): T {
    return this.#texts.size === 0 ? value : (this.#maskPart(value, except) as T);
  }

  /** Returns the secrets that a value contains. */
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
    // Instances of classes define their own output.
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, this.#maskPart(part, except, except.has(key))]),
    );
  }

  #compile(): Patterns {
    // The longest first: a secret may begin with another.
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

/** Fields of events, summaries and questions that name their object. They are no secrets, and readers rely on them. */
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
  /** Matches secrets that are unlikely as a part of other text. */
  readonly anywhere: RegExp | undefined;
  /** Matches the other secrets, as whole words only. */
  readonly whole: RegExp | undefined;
}

const shortestNumber = 6;
/** Words that are frequent in vaulted YAML files and no secrets. */
const literals: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'yes', 'no', '---', '...']);

/** Classifies a secret by the risk of finding it in innocent text. A `word` such as `password` occurs in names, a `short` one inside other words. */
function kindOf(text: string): 'tiny' | 'word' | 'short' | 'unlikely' {
  if (text.length < 4) return 'tiny';
  if (text.length < 12 && /^[a-z]+$/i.test(text)) return 'word';
  return text.length < 8 || /^\d+$/.test(text) ? 'short' : 'unlikely';
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm counts too: a playbook may run in one.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function toPattern(alternatives: readonly string[]): RegExp | undefined {
  return alternatives.length === 0 ? undefined : new RegExp(alternatives.join('|'), 'g');
}

function replaceAll(text: string, pattern: RegExp | undefined): string {
  return pattern === undefined ? text : text.replace(pattern, mask);
}
