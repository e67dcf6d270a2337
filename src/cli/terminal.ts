import { setTimeout } from 'node:timers';
import type { Frame, Terminal } from '../reporters/tty-terminal.ts';

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream;
  /** May write to the same terminal. */
  readonly stderr: NodeJS.WriteStream;
}

/** The terminal of this process. While a frame is shown, all writes go through it. */
export function terminalOf({ stdout, stderr }: TerminalStreams): Terminal {
  const write = stdout.write.bind(stdout);
  return {
    write: (text) => {
      if (text !== '' && stdout.writable) write(text);
    },
    size: () => {
      // Node updates the size only after its signal. A frame drawn before that would leave lines behind.
      (stdout as { readonly _refreshSize?: () => void })._refreshSize?.();
      const [columns, rows] = stdout.getWindowSize();
      return { columns: columns || 80, rows: rows || 24 };
    },
    attach: (frame) => {
      const streams = stderr.isTTY ? [stdout, stderr] : [stdout];
      const undo = [
        ...streams.map((stream) => interceptWrites(stream, frame)),
        followTerminal(frame, stdout, write),
      ];
      return () => undo.forEach((step) => step());
    },
    now: () => Date.now(),
    after: (milliseconds, work) => {
      const timer = setTimeout(work, milliseconds).unref();
      return () => clearTimeout(timer);
    },
  };
}

/** A playbook's `console.log` is intercepted too. */
function interceptWrites(stream: NodeJS.WriteStream, frame: Frame): () => void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const callback = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    if (chunk.length === 0) return write(chunk, callback);
    let isTaken = true;
    frame.interrupt(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(), (text) => {
      isTaken = write(text, callback);
    });
    return isTaken;
  };
  return () => {
    stream.write = write;
  };
}

/** Tells the frame of new sizes, Ctrl-Z, its end, and the end of the process. */
function followTerminal(frame: Frame, stdout: NodeJS.WriteStream, write: (text: string) => void): () => void {
  const redraw = (): void => frame.redraw();
  const suspend = (): void => {
    write(frame.pause());
    process.kill(process.pid, 'SIGSTOP');
  };
  const leave = (): void => write(frame.leave());
  stdout.on('resize', redraw);
  process.on('SIGCONT', redraw);
  process.on('SIGTSTP', suspend);
  process.on('exit', leave);
  return () => {
    stdout.off('resize', redraw);
    process.off('SIGCONT', redraw);
    process.off('SIGTSTP', suspend);
    process.off('exit', leave);
  };
}
