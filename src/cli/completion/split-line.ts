/** The words of a line up to the cursor, and bash's own start of the last word. */
export interface SplitLine {
  /** The last word is under the cursor; it may be empty. */
  readonly words: readonly string[];
  /** The part of the last word that bash keeps: it completes only the text after its last word break. */
  readonly kept: string;
}

/**
 * Splits a line as a shell does. bash itself would hand over pieces, cut at colons and equals signs.
 *
 * @param breaks the value of COMP_WORDBREAKS
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
      // To bash a word after an at sign may be a host name, so it keeps the sign in the word.
      if (quote === '' && breaks.includes(character))
        kept = (word ?? '') + (character === '@' ? '' : character);
      word = (word ?? '') + character;
    }
  }
  return { words: [...words, word ?? ''], kept };
}
