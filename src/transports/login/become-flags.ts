import type { BecomeMethod } from './become.ts';

interface FlagTable {
  /** Flags that kvmplay sets itself. */
  readonly own: readonly string[];
  readonly passed: readonly string[];
  /** Flags that take a value. */
  readonly valued: readonly string[];
}

/** A login shell of sudo would read the script once more, so there is no -i; nor what names a user, a prompt, a command. */
const tables: Readonly<Record<BecomeMethod, FlagTable>> = {
  sudo: {
    own: ['-H', '-S', '-n', '--set-home', '--stdin', '--non-interactive'],
    passed: ['-E', '-P', '--preserve-env', '--preserve-groups'],
    valued: ['-g', '-r', '-t', '--preserve-env', '--group', '--role', '--type'],
  },
  su: {
    own: [],
    passed: ['-l', '-m', '-p', '--login', '--preserve-environment'],
    valued: ['-s', '--shell'],
  },
  doas: { own: ['-n'], passed: [], valued: [] },
};

/** Flags for the program that makes one user another, as far as they may be passed on; `refused`: the first that may not. */
export function readBecomeFlags(
  method: BecomeMethod,
  words: readonly string[],
): { readonly flags: readonly string[]; readonly refused?: string } {
  const { own, passed, valued } = tables[method];
  const flags: string[] = [];
  const queue = words.flatMap(lettersOf(valued));
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    if (own.includes(name) && value === undefined) continue;
    if (valued.includes(name) && value !== undefined) flags.push(word);
    else if (passed.includes(name) && value === undefined) flags.push(name);
    else if (valued.includes(name) && queue[0] !== undefined) flags.push(name, queue.shift() ?? '');
    else return { flags, refused: word };
  }
  return { flags };
}

/** The flags that may be passed on. */
export function passableFlags(method: BecomeMethod): readonly string[] {
  const { own, passed, valued } = tables[method];
  return [...new Set([...own, ...passed, ...valued])];
}

/** `-HE` as `-H -E`, and `-rROLE` as `-r ROLE`; a lone dash is the old way of `su -l`. */
function lettersOf(valued: readonly string[]): (word: string) => readonly string[] {
  return (word) => {
    if (word === '-') return ['-l'];
    if (!/^-[^-]./s.test(word)) return [word];
    const letters = Array.from(word.slice(1));
    const at = letters.findIndex((letter) => valued.includes(`-${letter}`));
    const flags = at === -1 ? letters : letters.slice(0, at + 1);
    const value = letters.slice(flags.length).join('');
    return [...flags.map((letter) => `-${letter}`), ...(value === '' ? [] : [value])];
  };
}
