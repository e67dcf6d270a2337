import { expect, it } from '@jest/globals';
import { PseudoTerminal } from './support/pseudo-terminal.ts';

it('shows all that a program wrote, when it is read long after the program ended', async () => {
  // More than one reading takes, and less than makes the program wait for one.
  const program = ['sh', '-c', 'head -c 6000 /dev/zero | tr "\\0" x'];
  const terminal = new PseudoTerminal(program, { cwd: '/' });

  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);

  expect(await terminal.ends()).toBe(0);
  expect(terminal.output).toHaveLength(6000);
});
