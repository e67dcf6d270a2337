import { Transform } from 'node:stream';

import { quoteCommand } from '../shell-quote.ts';

/** The command of a login, and in the end its exit code on stderr after `mark`: over ssh a code may also be ssh's own, or come late. */
export function withEndMark(command: string, mark: string): string {
  return `exec ${quoteCommand(['sh', '-c', `(${command}); code=$?; echo "${mark} $code" >&2; exit $code`])}`;
}

/** Passes stderr on without the exit code that stands in it, and tells the code as soon as it comes. */
export function takeEndMark(mark: string, onCode: (code: number) => void): Transform {
  const start = Buffer.from(`${mark} `);
  let held = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const all = Buffer.concat([held, chunk]);
      const mark = findMark(all, start);
      if (mark?.code !== undefined) {
        onCode(mark.code);
        held = Buffer.alloc(0);
        done(null, Buffer.concat([all.subarray(0, mark.at), all.subarray(mark.end)]));
        return;
      }
      const from = mark?.at ?? all.length - beginningAtEnd(all, start);
      held = all.subarray(from);
      done(null, all.subarray(0, from));
    },
    flush(done) {
      done(null, held);
    },
  });
}

/** Digits of an exit code. */
const codeLength = 3;

interface FoundMark {
  readonly at: number;
  readonly end: number;
  /** Absent while more of it may come. */
  readonly code?: number;
}

/** A mark of the host's own making has no code behind it, and nothing is held back for it. */
function findMark(all: Buffer, start: Buffer): FoundMark | undefined {
  for (let at = all.indexOf(start); at !== -1; at = all.indexOf(start, at + start.length)) {
    const rest = all.subarray(at + start.length, at + start.length + codeLength + 1).toString('latin1');
    const [whole, code] = /^(\d+)\n/.exec(rest) ?? [];
    if (code !== undefined) return { at, end: at + start.length + (whole?.length ?? 0), code: Number(code) };
    if (/^\d*$/.test(rest) && rest.length <= codeLength) return { at, end: all.length };
  }
  return undefined;
}

/** Counts the bytes at the end of `text` that are the beginning of `mark`. */
function beginningAtEnd(text: Buffer, mark: Buffer): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--) {
    if (text.subarray(text.length - length).equals(mark.subarray(0, length))) return length;
  }
  return 0;
}
