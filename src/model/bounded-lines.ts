/** Letters of a line, beyond which nobody reads it. */
const longestLine = 800;
/** Lines of one error. */
const mostLines = 200;

/** The lines of a text that may come from a host, without empty ones at the end: so many, and each so long, as somebody reads. */
export function boundedLines(text: string): readonly string[] {
  return boundLines(text.trimEnd().split(/\r?\n/));
}

/** The same of lines; a line that holds a line break becomes several. */
export function boundLines(lines: readonly string[]): readonly string[] {
  const all = lines.flatMap((line) => line.split(/\r?\n/));
  const shown = all.slice(0, mostLines).map(boundLine);
  return all.length > mostLines ? [...shown, `and ${String(all.length - mostLines)} more lines`] : shown;
}

function boundLine(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine - 1)}…`;
}
