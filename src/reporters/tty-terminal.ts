/** A terminal on which a frame stands, as the reporter needs it; the command line has the real one. */
export interface Terminal {
  /** Writes as the owner of the frame. */
  readonly write: (text: string) => void;
  readonly size: () => TerminalSize;
  /** From now on what others write goes through the frame. Ends by the function returned. */
  readonly attach: (frame: Frame) => () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Does it later, unless the function returned is called first; keeps nobody alive. */
  readonly after: (milliseconds: number, work: () => void) => () => void;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines at the bottom of a terminal that are drawn again and again. */
export interface Frame {
  /** Makes room for what somebody else writes. */
  interrupt(text: string, write: (text: string) => void): void;
  /** The terminal has another size, or somebody else had it for a while. */
  redraw(): void;
  /** The program is about to be stopped: what leaves the terminal as others expect it. */
  pause(): string;
  /** The program is about to end: the same, and what should be known. */
  leave(): string;
}
