/** Breaks a paragraph into lines of at most `width` columns, where words allow it. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

export function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}

/** Limits the width of the terminal to what reads well. */
export function readableWidth(columns = 100): number {
  return Math.min(Math.max(columns, 60), 110);
}
