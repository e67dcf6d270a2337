/** The lines of a text file, without their ends. */
export function textLines(content: string): readonly string[] {
  return content === '' ? [] : content.replace(/\n$/, '').split('\n');
}

/** The text file of these lines. */
export function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The content without some of its lines; undefined when nothing else is in it. */
export function withoutLines(content: string, isOwn: (line: string) => boolean): string | undefined {
  const lines = textLines(content);
  const kept = lines.filter((line) => !isOwn(line));
  if (kept.length === lines.length) return content;
  return kept.every((line) => line.trim() === '') ? undefined : toText(kept);
}
