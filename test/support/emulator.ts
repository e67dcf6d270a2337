import { Terminal } from '@xterm/headless';

/** A terminal in memory: what is written to it, and what it shows. */
export class Emulator {
  readonly #terminal: InstanceType<typeof Terminal>;

  constructor(columns: number, rows: number) {
    this.#terminal = new Terminal({
      cols: columns,
      rows,
      scrollback: 10_000,
      allowProposedApi: true,
      convertEol: true,
    });
  }

  write(text: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(text, resolve));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** Lines on the screen, without the empty ones at its end. */
  screen(): readonly string[] {
    return withoutEnd(this.#rows(this.#terminal.buffer.active.baseY));
  }

  /** All rows, those that have scrolled away included. */
  everything(): readonly string[] {
    return withoutEnd(this.#rows(0));
  }

  /** The same, rows that were broken at the edge of the screen put together. */
  everyLine(): readonly string[] {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (const [index, text] of this.#rows(0, false).entries()) {
      if (active.getLine(index)?.isWrapped === true) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    return withoutEnd(lines.map((line) => line.trimEnd()));
  }

  /** 0-based row of the screen. */
  get cursorRow(): number {
    return this.#terminal.buffer.active.cursorY;
  }

  get isCursorHidden(): boolean {
    // The headless terminal has no other way to tell.
    const { _core: core } = this.#terminal as unknown as {
      _core: { coreService: { isCursorHidden: boolean } };
    };
    return core.coreService.isCursorHidden;
  }

  #rows(from: number, trims = true): readonly string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: active.length - from },
      (_, index) => active.getLine(from + index)?.translateToString(trims) ?? '',
    );
  }
}

function withoutEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}
