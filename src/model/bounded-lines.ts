/** Characters kept of one line. */
const longestLine = 800;
/** Lines kept of one error. */
const mostLines = 200;

/** Splits text from a host into lines and drops empty ones at the end. At most 200 lines of 800 characters are kept. */
export function boundedLines(text: string): readonly string[] {
  return boundLines(text.trimEnd().split(/\r?\n/));
}

/** Bounds lines in the same way; a line that holds a line break becomes several. */
export function boundLines(lines: readonly string[]): readonly string[] {
  const all = lines.flatMap((line) => line.split(/\r?\n/));
  const shown = all.slice(0, mostLines).map(boundLine);
  return all.length > mostLines ? [...shown, `and ${String(all.length - mostLines)} more lines`] : shown;
}

function boundLine(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine - 1)}…`;
}
