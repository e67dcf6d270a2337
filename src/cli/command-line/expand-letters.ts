import type { CommandSpec, OptionSpec } from './command-line.ts';
import { otherNames } from './option-names.ts';

/**
 * Turns `--ssh-common-args '-J bastion'` into `--ssh-common-args='-J bastion'`. No option has a blank in its name, so such a
 * word is a value; yargs would read it as a cluster of letters.
 */
export function joinDashedValues(argv: readonly string[], { options }: CommandSpec): readonly string[] {
  const valued = new Set(
    Object.entries(options).flatMap(([name, option]) =>
      takesNoValue(option) ? [] : [name, ...otherNames(option)].map((each) => `--${each}`),
    ),
  );
  const end = argv.indexOf('--');
  const joined: string[] = [];
  for (const [index, word] of argv.entries()) {
    const before = joined.at(-1);
    const isValue = /^-.*\s/s.test(word) && (end === -1 || index < end);
    if (isValue && before !== undefined && valued.has(before)) joined.splice(-1, 1, `${before}=${word}`);
    else joined.push(word);
  }
  return joined;
}

/**
 * Splits clusters of letters as other programs do: `-Clkvm1` is `-C` and `--limit=kvm1`. yargs would read the letters of the
 * value as flags.
 */
export function expandLetters(argv: readonly string[], { options }: CommandSpec): readonly string[] {
  const byLetter = new Map(
    Object.entries(options).flatMap(([name, option]) =>
      option.alias === undefined ? [] : [[option.alias, { name, option }]],
    ),
  );
  const end = argv.indexOf('--');
  return argv.flatMap((word, index) => {
    if (!/^-[^-]./.test(word) || (end !== -1 && index > end)) return [word];
    const letters = Array.from(word.slice(1));
    const at = letters.findIndex((letter) => !takesNoValue(byLetter.get(letter)?.option));
    const valued = byLetter.get(letters[at] ?? '');
    // The parser reports unknown letters.
    if (valued === undefined) return [word];
    const flags = letters.slice(0, at).map((letter) => `-${letter}`);
    const value = letters.slice(at + 1).join('');
    return value === ''
      ? [...flags, `-${letters[at] ?? ''}`]
      : [...flags, `--${valued.name}=${value.replace(/^=/, '')}`];
  });
}

function takesNoValue(option: OptionSpec | undefined): boolean {
  return option?.type === 'flag' || option?.type === 'count';
}
