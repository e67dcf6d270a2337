import { Console } from 'node:console';
import { CancelledError } from '../errors.ts';
import { runCli } from './cli.ts';
import { exitCodes } from './exit-code.ts';
import type { Output } from './io.ts';
import { watchPlaybooks } from './playbook-escapes.ts';
import { askSecret } from './secrets.ts';
import { terminalOf } from './terminal.ts';

/** Runs the command line in this process: its streams, signals and exit code. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  const stdout = outputTo(process.stdout);
  const controller = new AbortController();
  const { signal } = controller;
  const playbooks = watchPlaybooks(controller);
  stopOnSignals(controller, playbooks.leave);
  const code = await runCli(argv, {
    stdout,
    stderr: outputTo(process.stderr),
    ...(process.stdout.isTTY && { terminal: terminalOf(process) }),
    env: process.env,
    cwd: process.cwd(),
    signal,
    divertConsole: () => {
      globalThis.console = new Console(process.stderr);
    },
    askSecret,
    isInteractive: process.stdin.isTTY,
    ask: async (prompt) => (await import('./ask-line.ts')).askLine(prompt, signal),
  });
  process.exitCode = playbooks.hasEscaped() ? code || exitCodes.couldNotStart : code;
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // Connections that would not close must not keep a finished command alive.
  playbooks.leave(process.exitCode);
}

/** A reader that left (`kvmplay show | head`) is no reason to stop in the middle of a change. */
function outputTo(stream: NodeJS.WriteStream): Output {
  let open = true;
  stream.on('error', () => {
    open = false;
  });
  return {
    write: (text) => {
      if (open) stream.write(text);
    },
    isTTY: stream.isTTY,
    columns: stream.isTTY ? stream.columns : undefined,
  };
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

/** The first signal asks hosts to come to an end, the second leaves them alone with their guards. */
function stopOnSignals(controller: AbortController, leave: (code: number) => void): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) leave(exitCodes.couldNotStart);
      process.stderr.write(
        'kvmplay: stopping; hosts in the middle of a change finish it or undo it (again: leave at once)\n',
      );
      controller.abort(new CancelledError(`cancelled by ${name}`));
    });
  }
}
