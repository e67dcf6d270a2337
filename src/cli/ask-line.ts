import { createInterface } from 'node:readline/promises';

/** Asks on the terminal. Undefined at the end of input, or when the run is to end. */
export async function askLine(question: string, signal: AbortSignal): Promise<string | undefined> {
  // The terminal itself edits the line, so that Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([lines.question(question, { signal }), closed]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
  }
}
