/** The words of a line up to the cursor, and what bash takes for the beginning of the last one. */
export interface SplitLine {
  /** The last one is under the cursor; it may be empty. */
  readonly words: readonly string[];
  /** What of the last word bash leaves alone: it completes only what follows its last word break. */
  readonly kept: string;
}

/**
 * Splits a line as a shell would: bash itself hands words to completion in pieces, cut at colons and equals signs.
 *
 * @param breaks what COMP_WORDBREAKS holds
 */
export function splitLine(line: string, breaks: string): SplitLine {
  const words: string[] = [];
  let word: string | undefined;
  let kept = '';
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      kept = '';
    } else if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
      kept = word;
    } else if (character === quote) {
      quote = '';
    } else if (character === '\\' && quote !== "'") {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else {
      // What begins with an at sign might be the name of a host to bash, which therefore leaves the sign in the word.
      if (quote === '' && breaks.includes(character))
        kept = (word ?? '') + (character === '@' ? '' : character);
      word = (word ?? '') + character;
    }
  }
  return { words: [...words, word ?? ''], kept };
}
