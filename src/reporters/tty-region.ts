import { widthOf } from './text-width.ts';

/** How a region is drawn. */
export interface Drawing {
  /** Columns that the terminal has now. */
  readonly columns: number;
  /** Text that stays, above the lines; whole lines. */
  readonly above: string;
}

/**
 * Lines at the bottom of a terminal. Between two drawings the cursor rests at the beginning of the last one: a terminal
 * that became narrower has broken those before it in as many rows as they need, which can be told from their widths.
 */
export class Region {
  #lines: readonly string[] | undefined;
  /** When they were drawn. */
  #columns = 0;

  /** What puts these lines in the place of those that are there; nothing when they are there already. */
  draw(lines: readonly string[], { columns, above }: Drawing): string {
    const isSame = columns === this.#columns && lines.join('\n') === this.#lines?.join('\n');
    if (isSame && above === '') return '';
    const hide = this.#lines === undefined ? hideCursor : '';
    // Erased first only where rows of any length are: a line that is just as long as the screen is wide would lose its
    // end to an erasure behind it.
    const erase = above !== '' || columns !== this.#columns ? eraseBelow : '';
    const text = `${this.#toBeginning(columns)}${erase}${above}${lines.join(`${eraseRight}\n`)}${eraseBelow}\r`;
    this.#lines = lines;
    this.#columns = columns;
    return `${begin}${hide}${text}${end}`;
  }

  /** What takes the lines away and leaves the cursor where they began. */
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
/** Terminals that know of synchronized output show all that is between at once; the others ignore it. */
const begin = `${escape}[?2026h`;
const end = `${escape}[?2026l`;
const hideCursor = `${escape}[?25l`;
const showCursor = `${escape}[?25h`;
const eraseRight = `${escape}[K`;
const eraseBelow = `${escape}[J`;
