import { escapePattern } from './escape-pattern.ts';

/** What nobody must read: passwords, and all that came out of a vault. It grows as they become known. */
export class Secrets {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  /**
   * Hides a text from now on, and each line of one with several. What is shorter than four characters is not hidden: it stands
   * in too many other words.
   */
  add(text: string): void {
    for (const part of [text, ...text.split(/\r?\n/)].map((each) => each.trim())) {
      if (part.length < shortest) continue;
      this.#texts.add(part);
      // As it stands in JSON and in sentences that quote it.
      this.#texts.add(JSON.stringify(part).slice(1, -1));
    }
    this.#pattern = undefined;
  }

  /** Hides every text and every long number of a value. */
  addAll(value: unknown): void {
    if (typeof value === 'string') this.add(value);
    else if (typeof value === 'number' && String(value).length >= shortestNumber) this.add(String(value));
    else if (typeof value === 'object' && value !== null)
      Object.values(value).forEach((part) => this.addAll(part));
  }

  /** The text with `********` for every secret in it. */
  mask(text: string): string {
    const pattern = this.#compile();
    return pattern === undefined ? text : text.replace(pattern, mask);
  }

  /** The value with every text in it masked, but not those of the fields `except`; itself when there is no secret. */
  maskIn<T>(value: T, except: ReadonlySet<string> = new Set()): T {
    return this.#compile() === undefined ? value : (this.#maskPart(value, except) as T);
  }

  /** The secrets that stand in a value. */
  foundIn(value: unknown): ReadonlySet<string> {
    const found = new Set<string>();
    const pattern = this.#compile();
    if (pattern !== undefined) find(value);
    return found;

    function find(part: unknown): void {
      if (typeof part === 'string')
        for (const [secret] of part.matchAll(pattern as RegExp)) found.add(secret);
      else if (typeof part === 'object' && part !== null) Object.values(part).forEach(find);
    }
  }

  #maskPart(value: unknown, except: ReadonlySet<string>, isName = false): unknown {
    if (typeof value === 'string') return isName ? value : this.mask(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((part) => this.#maskPart(part, except, isName));
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, this.#maskPart(part, except, except.has(key))]),
    );
  }

  #compile(): RegExp | undefined {
    if (this.#texts.size === 0) return undefined;
    // The longest first: one secret may begin another.
    this.#pattern ??= new RegExp(
      [...this.#texts]
        .sort((a, b) => b.length - a.length)
        .map(escapePattern)
        .join('|'),
      'g',
    );
    return this.#pattern;
  }
}

export const mask = '********';

const shortest = 4;
const shortestNumber = 6;
