import { widthOf } from './text-width.ts';

/** Options of a drawing. */
export interface Drawing {
  /** Current columns of the terminal. */
  readonly columns: number;
  /** Permanent text to write above the lines; whole lines. */
  readonly above: string;
}

/**
 * Lines at the bottom of a terminal. Between drawings the cursor rests at the beginning of the last line. A terminal that
 * became narrower has wrapped the lines before it; their widths tell into how many rows.
 */
export class Region {
  #lines: readonly string[] | undefined;
  /** Columns of the terminal at the last drawing. */
  #columns = 0;

  /** Returns the output that replaces the old lines by these; empty when they are equal. */
  draw(lines: readonly string[], { columns, above }: Drawing): string {
    const isSame = columns === this.#columns && lines.join('\n') === this.#lines?.join('\n');
    if (isSame && above === '') return '';
    const hide = this.#lines === undefined ? hideCursor : '';
    // Erases first only where old rows may have any length. Erasing behind a line of the full width would delete that line's
    // end.
    const erase = above !== '' || columns !== this.#columns ? eraseBelow : '';
    const text = `${this.#toBeginning(columns)}${erase}${above}${lines.join(`${eraseRight}\n`)}${eraseBelow}\r`;
    this.#lines = lines;
    this.#columns = columns;
    return `${begin}${hide}${text}${end}`;
  }

  /** Returns the output that removes the lines and puts the cursor where they began. */
  erase(columns = this.#columns): string {
    if (this.#lines === undefined) return '';
    const text = `${this.#toBeginning(columns)}${eraseBelow}${showCursor}`;
    this.#lines = undefined;
    return text;
  }

  #toBeginning(columns: number): string {
    const before = this.#lines?.slice(0, -1) ?? [];
    const rows = before.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleWidth(line) / columns)), 0);
    return rows === 0 ? '\r' : `\r${escape}[${rows}A`;
  }
}

function visibleWidth(line: string): number {
  return widthOf(line.replaceAll(/\u001b\[[\d;]*m/g, ''));
}

const escape = '\u001b';
/** Synchronized output: terminals that support it show the text in between at once; others ignore it. */
const begin = `${escape}[?2026h`;
const end = `${escape}[?2026l`;
const hideCursor = `${escape}[?25l`;
const showCursor = `${escape}[?25h`;
const eraseRight = `${escape}[K`;
const eraseBelow = `${escape}[J`;
