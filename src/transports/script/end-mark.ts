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
      const at = all.indexOf(start);
      const end = at === -1 ? -1 : all.indexOf('\n', at);
      if (end !== -1) {
        onCode(Number(all.subarray(at + start.length, end).toString()));
        held = Buffer.alloc(0);
        done(null, Buffer.concat([all.subarray(0, at), all.subarray(end + 1)]));
        return;
      }
      const from = at === -1 ? all.length - beginningAtEnd(all, start) : at;
      held = all.subarray(from);
      done(null, all.subarray(0, from));
    },
    flush(done) {
      done(null, held);
    },
  });
}

/** How many bytes at the end of `text` are the beginning of `mark`. */
function beginningAtEnd(text: Buffer, mark: Buffer): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--) {
    if (text.subarray(text.length - length).equals(mark.subarray(0, length))) return length;
  }
  return 0;
}
