import { CancelledError } from '../errors.ts';
import { runCli } from './cli.ts';
import { whyUnwritable } from '../model/file-finding.ts';
import { Secrets } from '../model/secrets.ts';
import { exitCodes } from './exit-code.ts';
import type { Output } from './io.ts';
import { guardedConsole, guardStream } from './output/guarded-streams.ts';
import { watchPlaybooks } from './playbooks/playbook-escapes.ts';
import { askSecret } from './hosts/secrets.ts';
import { terminalOf } from './terminal.ts';

/** Runs the command line in this process: its streams, signals and exit code. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  const cwd = workingFolder();
  if (cwd === undefined) {
    process.stderr.write('kvmplay: the working folder is not there any more\n');
    process.exitCode = exitCodes.couldNotStart;
    return;
  }
  const secrets = new Secrets();
  // Created before the streams are guarded, because the frame moves the cursor.
  const terminal = process.stdout.isTTY ? terminalOf(process) : undefined;
  for (const stream of [process.stdout, process.stderr]) guardStream(stream, secrets);
  globalThis.console = guardedConsole(process, secrets, process.env);
  const stdout = outputTo(process.stdout);
  const controller = new AbortController();
  const { signal } = controller;
  const playbooks = watchPlaybooks(controller, { cwd, secrets });
  stopOnSignals(controller, playbooks.leave);
  const code = await runCli(argv, {
    stdout,
    stderr: outputTo(process.stderr),
    terminal,
    secrets,
    env: process.env,
    cwd,
    signal,
    divertConsole: () => {
      const { stderr } = process;
      globalThis.console = guardedConsole({ stdout: stderr, stderr }, secrets, process.env);
    },
    askSecret,
    isInteractive: process.stdin.isTTY,
    ask: async (prompt) => (await import('./ask-line.ts')).askLine(prompt, signal),
  });
  await flushed(process.stdout);
  const lost = stdout.failure();
  if (lost !== undefined) process.stderr.write(`kvmplay: standard output ${whyUnwritable(lost)}\n`);
  process.exitCode = lost !== undefined || playbooks.hasEscaped() ? code || exitCodes.couldNotStart : code;
  await flushed(process.stderr);
  // A connection that does not close must not keep a finished command alive.
  playbooks.leave(process.exitCode);
}

function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

interface ProcessOutput extends Output {
  /** The first write error; undefined also for a reader that closed the pipe. */
  readonly failure: () => Error | undefined;
}

/** Neither a closed pipe (`kvmplay show | head`) nor a full disk may stop a change halfway. */
function outputTo(stream: NodeJS.WriteStream): ProcessOutput {
  let open = true;
  let failure: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== 'EPIPE') failure ??= error;
  });
  return {
    failure: () => failure,
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

/** The first signal lets hosts finish or undo; the second exits and leaves them to their guards. */
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
