export interface FramePlace {
  /** 1-based. */
  readonly line: number;
  /** 1-based; absent: the whole line. */
  readonly column?: number;
}

const MARGIN = 1;

/** Returns the lines around a place in a source text, with an arrow at the line and a caret under the column. */
export function codeFrame(source: string, { line, column }: FramePlace): string {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, line - MARGIN);
  const last = Math.min(lines.length, line + MARGIN);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const text = lines[number - 1] ?? '';
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`.trimEnd());
    if (number === line && column !== undefined) {
      frame.push(`  ${' '.repeat(width)} | ${indentLike(text.slice(0, column - 1))}^`);
    }
  }
  return frame.join('\n');
}

/** Tabs stay tabs, so that the caret stands under its column at any tab width. */
function indentLike(text: string): string {
  return text.replace(/[^\t]/g, ' ');
}
