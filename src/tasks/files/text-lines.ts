/** Splits a text file into lines, without their ends. */
export function textLines(content: string): readonly string[] {
  return content === '' ? [] : content.replace(/\n$/, '').split('\n');
}

/** Joins lines to a text file. */
export function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Removes some lines. Undefined if nothing else is left. */
export function withoutLines(content: string, isOwn: (line: string) => boolean): string | undefined {
  const lines = textLines(content);
  const kept = lines.filter((line) => !isOwn(line));
  if (kept.length === lines.length) return content;
  return kept.every((line) => line.trim() === '') ? undefined : toText(kept);
}
