/** The only quoting in the project. For POSIX sh: bash, dash, busybox. */

const harmless = /^[A-Za-z0-9_/.:,@%+-]+$/;

/** Unquoted, the shell would read such a word as a reserved word or an alias. */
const reserved = new Set(
  'if then else elif fi for while until do done case esac in function select time coproc'.split(' '),
);

/** Quotes `word` as one word of a shell command. Throws TypeError for a NUL. */
export function quote(word: string): string {
  if (word.includes('\0'))
    throw new TypeError(`${JSON.stringify(word)} cannot be an argument: it holds a NUL`);
  if (harmless.test(word) && !reserved.has(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Joins a command and its arguments to one simple shell command. */
export function quoteCommand(argv: readonly string[]): string {
  if (argv.length === 0) throw new TypeError('a command needs at least a name');
  return argv.map(quote).join(' ');
}
