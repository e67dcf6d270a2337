/**
 * The words of a command line as Python's shlex, and so Ansible, splits it: blanks, quotes and backslashes count, nothing
 * else is special. Undefined when a quote is not closed.
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  const word = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)/suy;
  const end = text.trimEnd().length;
  while (word.lastIndex < end) {
    const found = word.exec(text)?.[1];
    if (found === undefined) return undefined;
    words.push(unquote(found));
  }
  return words;
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gsu,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\])/gu, '$1') ?? escaped ?? '',
  );
}
