/**
 * Text of a host as it may stand on a terminal: control characters are spelt out, since they could move the cursor, change
 * the title or pretend to be output of kvmplay. Tabs and line breaks stay; a carriage return before one goes.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}
