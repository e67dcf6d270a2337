/** A terminal as the live reporter needs it; the command line implements it. */
export interface Terminal {
  /** Writes as the owner of the frame. */
  readonly write: (text: string) => void;
  readonly size: () => TerminalSize;
  /** Sends all other writes through the frame until the returned function is called. */
  readonly attach: (frame: Frame) => () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs `work` later, unless the returned function is called first. The timer does not keep the process alive. */
  readonly after: (milliseconds: number, work: () => void) => () => void;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines at the bottom of a terminal that are redrawn. */
export interface Frame {
  /** Makes room for text of another writer. */
  interrupt(text: string, write: (text: string) => void): void;
  /** Draws again, after a new size or after another program used the terminal. */
  redraw(): void;
  /** Returns the output that restores the terminal before the program is suspended. */
  pause(): string;
  /** Returns the output that restores the terminal before the program ends, with the lines that must remain. */
  leave(): string;
}
