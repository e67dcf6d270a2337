/**
 * The words of a line as Python's `shlex.split(line, comments=True)` cuts them: quotes hold spaces, a backslash takes the next
 * letter as it is, `#` begins a comment wherever it stands unquoted. Throws RangeError, with one sentence.
 */
export function splitShellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < line.length; index++) {
    const letter = line.charAt(index);
    if (letter === quote) {
      quote = '';
    } else if (letter === '\\' && quote !== "'") {
      const next = line.charAt(++index);
      if (next === '') throw new RangeError('the line ends in a backslash that escapes nothing');
      // Between double quotes a backslash means itself but before a quote and another backslash.
      word = `${word ?? ''}${quote === '' || next === '"' || next === '\\' ? '' : '\\'}${next}`;
    } else if (quote !== '') {
      word = `${word ?? ''}${letter}`;
    } else if (letter === '#') {
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
  if (quote !== '') throw new RangeError(`a quotation that begins with ${quote} does not end`);
  return word === undefined ? words : [...words, word];
}
