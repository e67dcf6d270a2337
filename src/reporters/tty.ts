import type { Reporter, RunEvent } from '../engine/events.ts';
import { RunFold } from '../engine/fold/fold-run.ts';
import { plainReporter } from './plain.ts';
import { printableInColour, printableLine, withoutRunnerCommands } from '../model/printable.ts';
import { count, createPaint } from './style.ts';
import type { Paint } from './style.ts';
import { formatFrame } from './tty-frame.ts';
import { progressOf } from './tty-progress.ts';
import { Region } from './tty-region.ts';
import type { Frame, Terminal } from './tty-terminal.ts';

/** Options of `ttyReporter`. */
export interface TtyOptions {
  readonly terminal: Terminal;
  readonly colour: boolean;
  readonly diff: boolean;
  readonly verbose: number;
}

/** Minimum milliseconds between two drawings. */
const RATE = 100;
/** Milliseconds after which the frame's times change. */
const TICK = 1000;

/**
 * Reports a run on a terminal. A frame at the bottom shows running hosts. Hosts that ended appear above it as in
 * `plainReporter`, in one line where all was ok.
 */
export function ttyReporter(options: TtyOptions): Reporter {
  const live = new LiveReport(options);
  return { onEvent: (event) => live.hear(event) };
}

class LiveReport implements Frame {
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #plain: Reporter;
  readonly #fold = new RunFold({ detailsOf: 'running' });
  readonly #region = new Region();
  /** Pending text above the frame. */
  #above = '';
  #drawnAt = -Infinity;
  #cancelTimer: (() => void) | undefined;
  #timerIsTick = false;
  #detach: (() => void) | undefined;
  #failure: Error | undefined;

  constructor({ terminal, colour, diff, verbose }: TtyOptions) {
    this.#terminal = terminal;
    this.#paint = createPaint(colour);
    this.#plain = plainReporter({
      write: (text) => {
        this.#above += text;
        this.#change();
      },
      colour,
      diff,
      verbose,
      compact: true,
      get columns() {
        return terminal.size().columns;
      },
    });
  }

  async hear(event: RunEvent): Promise<void> {
    this.#fold.onEvent(event);
    if (event.type === 'run.start') this.#detach = this.#terminal.attach(this);
    this.#change();
    await this.#plain.onEvent(event);
    if (event.type !== 'run.end') return;
    this.#end();
    if (this.#failure !== undefined) throw this.#failure;
  }

  interrupt(text: string, write: (text: string) => void): void {
    this.#terminal.write(this.#erase() + this.#takeAbove());
    write(text.endsWith('\n') ? text : `${text}\n`);
    this.#change();
  }

  redraw(): void {
    this.#change();
  }

  pause(): string {
    return this.#erase();
  }

  leave(): string {
    const hosts = progressOf(this.#fold.run).running;
    const names = hosts.slice(0, MOST_NAMES).map(({ host, phase }) => `${printableLine(host)} (${phase})`);
    const more = hosts.length > MOST_NAMES ? ` and ${hosts.length - MOST_NAMES} more` : '';
    const sentence =
      hosts.length === 0
        ? ''
        : `left with ${count(hosts.length, 'host')} under way: ${names.join(', ')}${more}\n`;
    return this.#stop() + sentence;
  }

  #end(): void {
    this.#terminal.write(this.#stop());
  }

  /** Returns the output that removes the frame for good. */
  #stop(): string {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#detach?.();
    this.#detach = undefined;
    return this.#erase() + this.#takeAbove();
  }

  #erase(): string {
    return this.#region.erase(this.#failure === undefined ? this.#terminal.size().columns : undefined);
  }

  #takeAbove(): string {
    const text = withoutRunnerCommands(printableInColour(this.#above));
    this.#above = '';
    return text;
  }

  /** Draws soon; at once if the last drawing is long ago. */
  #change(): void {
    if (this.#detach === undefined) {
      this.#terminal.write(this.#takeAbove());
      return;
    }
    if (this.#cancelTimer !== undefined && !this.#timerIsTick) return;
    const wait = this.#drawnAt + RATE - this.#terminal.now();
    // A clock that was set back must not stop the frame.
    this.#schedule(Math.min(RATE, Math.max(0, wait)), false);
  }

  #schedule(milliseconds: number, isTick: boolean): void {
    this.#cancelTimer?.();
    this.#timerIsTick = isTick;
    this.#cancelTimer = this.#terminal.after(milliseconds, () => {
      this.#cancelTimer = undefined;
      try {
        this.#draw();
      } catch (error) {
        // Nobody catches an error of a timer. The report goes on without a frame; the error is reported when the run ends.
        this.#failure = error instanceof Error ? error : new Error(String(error));
        this.#end();
      }
    });
  }

  #draw(): void {
    const now = this.#terminal.now();
    const { lines, columns } = this.#format(now);
    const text = this.#region.draw(lines, { columns, above: this.#takeAbove() });
    if (text !== '') this.#terminal.write(text);
    this.#drawnAt = now;
    this.#schedule(TICK, true);
  }

  /**
   * Formats for the current size, and checks that it did not change meanwhile: lines for another size would leave old ones
   * behind.
   */
  #format(now: number): { readonly lines: readonly string[]; readonly columns: number } {
    for (;;) {
      const size = this.#terminal.size();
      const lines = formatFrame(progressOf(this.#fold.run), { size, paint: this.#paint, now });
      const { columns, rows } = this.#terminal.size();
      if (columns === size.columns && rows === size.rows) return { lines, columns };
    }
  }
}

const MOST_NAMES = 8;
