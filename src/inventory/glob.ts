import { InventoryError } from '../errors.ts';

type Token = '*' | '?' | ((letter: string) => boolean);

/**
 * Makes a function that matches names against a glob of `*`, `?`, `[abc]`, `[!abc]`. An opening bracket without a closing one is an
 * ordinary letter. It uses no regular expression, which could take for ever over many stars. Throws InventoryError for a range of
 * letters that runs backwards.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  const tokens = tokenize(glob);
  return (name) => matches(tokens, Array.from(name));
}

function tokenize(glob: string): readonly Token[] {
  const parts = glob.matchAll(/\[(!?)(\]?[^\]]*)\]|[^]/gu);
  return Array.from(parts, ([part, not = '', members = '']): Token => {
    if (members !== '') return classMatcher(members, { isNegated: not === '!', glob });
    return part === '*' || part === '?' ? part : (letter) => letter === part;
  }).flatMap((token, index, all) => (token === '*' && all[index - 1] === '*' ? [] : [token]));
}

function classMatcher(
  members: string,
  { isNegated, glob }: { isNegated: boolean; glob: string },
): (letter: string) => boolean {
  const ranges = Array.from(members.matchAll(/([^])-([^])|([^])/gu), ([, first, last, single]) => ({
    first: first ?? single ?? '',
    last: last ?? single ?? '',
  }));
  const backwards = ranges.find(({ first, last }) => first > last);
  if (backwards !== undefined) {
    const { first, last } = backwards;
    throw new InventoryError(`${glob} is not a glob: ${first}-${last} runs backwards`);
  }
  return (letter) => ranges.some(({ first, last }) => first <= letter && letter <= last) !== isNegated;
}

/** It goes back to the last star only: that one can take everything that an earlier star could. */
function matches(tokens: readonly Token[], letters: readonly string[]): boolean {
  let token = 0;
  let letter = 0;
  let star: { readonly token: number; letter: number } | undefined;
  while (letter < letters.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = { token, letter };
      token++;
    } else if (wanted !== undefined && (wanted === '?' || wanted(letters[letter] ?? ''))) {
      token++;
      letter++;
    } else if (star !== undefined) {
      token = star.token + 1;
      letter = ++star.letter;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === '*');
}
