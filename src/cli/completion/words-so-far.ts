import type { CommandSpec, OptionSpec } from '../command-line/command-line.ts';
import { membersOf } from '../command-line/command-names.ts';

/** The meaning of the words before the one under the cursor. */
export interface WordsSoFar {
  /** The command's words; `lab` while its second word is missing. */
  readonly about: string;
  readonly spec: CommandSpec | undefined;
  /** Words that are neither options nor values. */
  readonly words: readonly string[];
  /** Values by the option's long name; empty for flags. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** The option whose value is under the cursor. */
  readonly pending: string | undefined;
  /** True after `--`: no later word is an option. */
  readonly isPlain: boolean;
}

export function readWordsSoFar(before: readonly string[], specs: readonly CommandSpec[]): WordsSoFar {
  const reader = new WordsReader(specs);
  for (const word of before) reader.push(word);
  return reader;
}

class WordsReader implements WordsSoFar {
  about = '';
  spec: CommandSpec | undefined;
  readonly words: string[] = [];
  readonly given = new Map<string, string[]>();
  pending: string | undefined;
  isPlain = false;
  readonly #specs: readonly CommandSpec[];

  constructor(specs: readonly CommandSpec[]) {
    this.#specs = specs;
  }

  push(word: string): void {
    if (this.pending !== undefined) {
      this.#give(this.pending, word);
      this.pending = undefined;
    } else if (this.isPlain || !word.startsWith('-') || word === '-') {
      this.#pushWord(word);
    } else if (word === '--') {
      this.isPlain = true;
    } else {
      this.#pushOption(word);
    }
  }

  #pushWord(word: string): void {
    const isFamily = this.about === '' || membersOf(this.about, this.#specs).length > 0;
    if (this.spec !== undefined || !isFamily) {
      this.words.push(word);
      return;
    }
    this.about = `${this.about} ${word}`.trim();
    this.spec = this.#specs.find(({ name }) => name === this.about);
  }

  #pushOption(word: string): void {
    const [, long, value] = /^--([^=]+)(?:=([^]*))?$/.exec(word) ?? [];
    const name = long === undefined ? this.#lastLetter(word) : long;
    const found = findOption(name, this.spec);
    if (found === undefined) return;
    if (value !== undefined) this.#give(found.name, value);
    else if (takesValue(found.option)) this.pending = found.name;
    else this.#give(found.name);
  }

  /** Returns the letter that still needs a value: `f` of `-Df`. Empty when the value is in the word, as in `-ihosts.yml`. */
  #lastLetter(word: string): string {
    const letters = Array.from(word.slice(1));
    for (const [index, letter] of letters.entries()) {
      const found = findOption(letter, this.spec);
      if (found === undefined) return '';
      if (!takesValue(found.option)) {
        this.#give(found.name);
        continue;
      }
      if (index === letters.length - 1) return letter;
      this.#give(
        found.name,
        letters
          .slice(index + 1)
          .join('')
          .replace(/^=/, ''),
      );
      return '';
    }
    return '';
  }

  #give(name: string, ...values: readonly string[]): void {
    this.given.set(name, [...(this.given.get(name) ?? []), ...values]);
  }
}

export function takesValue({ type }: OptionSpec): boolean {
  return type !== 'flag' && type !== 'count';
}

/** Finds an option by a long name or a letter. */
export function findOption(
  name: string,
  spec: CommandSpec | undefined,
): { readonly name: string; readonly option: OptionSpec } | undefined {
  for (const [known, option] of Object.entries(spec?.options ?? {})) {
    if (known === name || option.alias === name || option.also?.includes(name) === true)
      return { name: known, option };
  }
  return undefined;
}
