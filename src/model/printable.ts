/**
 * Makes text from elsewhere safe to print. Characters that act instead of being visible are spelt out: they could move the cursor, change the title, reverse
 * the writing direction or imitate output of kvmplay. Tabs and line breaks stay. The spelling is that of JSON, so a JSON document stays valid and keeps its
 * meaning.
 */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(acting, spell);
}

/** Like `printable`, but keeps escape sequences for colour and weight. */
export function printableInColour(text: string): string {
  return text
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}

/** Like `printable`, but joins several lines to one. */
export function printableLine(text: string): string {
  return printable(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

/** Removes commands that CI systems obey in a log: GitHub's `::error::` at the start of a line, and `##[error]`, `##vso[` and `##teamcity[` anywhere. */
export function withoutRunnerCommands(text: string): string {
  return text
    .replaceAll(/^([^\S\n\r\u2028\u2029]*):(?=:[a-z])/gim, '$1\\u003a')
    .replaceAll(/#(?=#(?:vso|teamcity)?\[)/gi, '\\u0023');
}

/** Control characters (C0, C1), marks of direction, separators of lines, characters without width, tags. */
const acting =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** SGR sequences for a palette colour or a weight. Sequences that hide text or blink are not among them. */
const colour = /(\u001b\[(?:[0-4]|2[2-4]|3[0-79]|4[0-79]|9[0-7])?m)/;

function spell(characters: string): string {
  return characters
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
