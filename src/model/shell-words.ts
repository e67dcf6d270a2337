/**
 * Splits a line into words like Python's shlex, which Ansible uses. Quotes hold spaces, and a backslash escapes the next letter. With `comments` an unquoted
 * `#` begins a comment anywhere. Throws RangeError with one sentence.
 */
export function splitShellWords(
  line: string,
  { comments = false }: { readonly comments?: boolean } = {},
): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < line.length; index++) {
    const letter = line.charAt(index);
    if (letter === quote) {
      quote = '';
    } else if (letter === '\\' && quote !== "'") {
      const next = line.charAt(++index);
      if (next === '') throw new RangeError('its last backslash escapes nothing');
      // Inside double quotes a backslash escapes only a quote or another backslash.
      word = `${word ?? ''}${quote === '' || next === '"' || next === '\\' ? '' : '\\'}${next}`;
    } else if (quote !== '') {
      word = `${word ?? ''}${letter}`;
    } else if (letter === '#' && comments) {
      break;
    } else if (/[ \t\r\n]/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else {
      word = `${word ?? ''}${letter}`;
    }
  }
  if (quote !== '') throw new RangeError(`the quote ${quote} is not closed`);
  return word === undefined ? words : [...words, word];
}
