import { setTimeout } from 'node:timers';
import type { Frame, Terminal } from '../reporters/tty-terminal.ts';

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream;
  /** Writes to the same terminal, if it is one. */
  readonly stderr: NodeJS.WriteStream;
}

/** The terminal of this process. While a frame is shown, all that anybody writes to it goes through the frame. */
export function terminalOf({ stdout, stderr }: TerminalStreams): Terminal {
  const write = stdout.write.bind(stdout);
  return {
    write: (text) => {
      if (text !== '' && stdout.writable) write(text);
    },
    size: () => {
      // Node knows a new size when its signal was handled; a frame drawn before that would leave lines behind.
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

/** Also a playbook's `console.log` comes this way. */
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

/** New sizes, Ctrl-Z and its end, and the end of the process. */
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
