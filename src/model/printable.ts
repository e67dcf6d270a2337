/**
 * Text of others as it may stand in an output: characters that act instead of being seen are spelt out, since they could
 * move the cursor, change the title, turn the direction of writing or pretend to be output of kvmplay. Tabs and line breaks
 * stay. The spelling is that of JSON, so a document of JSON remains one and says the same.
 */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(acting, spell);
}

/** The same for what may be coloured: escape sequences that set a colour or a weight stay, no others do. */
export function printableInColour(text: string): string {
  return text
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}

/** Text of others that must not end a line: of several lines one is made. */
export function printableLine(text: string): string {
  return printable(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

/**
 * The text without what a CI system obeys when it stands in a log: GitHub's `::error::`, alone in front of a line, and
 * `##[error]`, `##vso[` and `##teamcity[` anywhere.
 */
export function withoutRunnerCommands(text: string): string {
  return text
    .replaceAll(/^([^\S\n\r\u2028\u2029]*):(?=:[a-z])/gim, '$1\\u003a')
    .replaceAll(/#(?=#(?:vso|teamcity)?\[)/gi, '\\u0023');
}

/** Control characters (C0, C1), marks of direction, separators of lines, characters without width, tags. */
const acting =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** SGR for a colour of the palette or a weight; not what hides text or blinks. */
const colour = /(\u001b\[(?:[0-4]|2[2-4]|3[0-79]|4[0-79]|9[0-7])?m)/;

function spell(characters: string): string {
  return characters
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
