import { spawn } from 'node:child_process';
import { kill } from 'node:process';
import { InventoryError } from '../errors.ts';

export interface ScriptLimits {
  /** Seconds that the script has for an answer. */
  readonly seconds: number;
  /** Ends the script early. */
  readonly signal?: AbortSignal | undefined;
}

/** No inventory is longer than this many bytes. */
const mostBytes = 256 * 1024 * 1024;

/**
 * Runs an executable inventory and returns its output. Throws InventoryError, with the end of its stderr, when it fails or takes
 * too long. It is then killed with all processes that it started.
 */
export function runScript(file: string, args: readonly string[], limits: ScriptLimits): Promise<string> {
  const call = [file, ...args].join(' ');
  return new Promise((resolve, reject) => {
    // It gets a process group of its own, so that all its processes can be killed.
    const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(
      () => stop(`gave no answer in ${limits.seconds} seconds`),
      limits.seconds * 1000,
    );
    const onAbort = (): void => stop('was interrupted');
    limits.signal?.addEventListener('abort', onAbort);
    if (limits.signal?.aborted === true) onAbort();

    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      stdout.push(chunk);
      if (bytes > mostBytes) stop(`printed more than ${mostBytes} bytes`);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr.push(chunk);
      if (stderr.length > 100) stderr.shift();
    });
    child.on('error', (error) => fail(`cannot be started: ${error.message}`, error));
    child.on('close', (code, signalName) => {
      if (code === 0) {
        finish();
        resolve(Buffer.concat(stdout).toString('utf8'));
      } else {
        fail(code === null ? `was ended by ${signalName ?? 'a signal'}` : `ended with exit code ${code}`);
      }
    });

    function finish(): void {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', onAbort);
    }

    function fail(finding: string, cause?: unknown): void {
      finish();
      const details = lastLines(Buffer.concat(stderr).toString('utf8'));
      reject(new InventoryError(`inventory ${call} ${finding}`, undefined, { cause, details }));
    }

    function stop(finding: string): void {
      try {
        if (child.pid !== undefined) kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      child.stdout.destroy();
      child.stderr.destroy();
      fail(finding);
    }
  });
}

function lastLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-10);
}
