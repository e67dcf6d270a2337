import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';

import { AuthenticationError, CommandError } from '../errors.ts';
import type { CommandResult } from '../model/host.ts';
import type { Launch } from './become.ts';
import { scriptText } from './remote-script.ts';

/** A started command: what a channel of SSH and a child process have in common. */
export interface ScriptProcess {
  /** Emits `exit` (code or null, signal name) and then `close`, as a child process does. */
  readonly events: EventEmitter;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface ScriptRun {
  readonly launch: Launch;
  readonly script: string;
  /** Who runs it, for messages: `admin@kvm1`. */
  readonly subject: string;
  /** The error when the command ends without an exit code. */
  readonly lost: () => Error;
}

/** More output than this is a mistake, and would fill the memory of the controller. */
export const maxOutputBytes = 64 * 1024 * 1024;

/** After its exit a command that left a child behind may keep its output open for ever: silence this long ends the wait. */
const silenceAfterExit = 3000;

/** Speaks with a started command: password, script, output, exit code. Does not end the command when it rejects. */
export function runScript(process: ScriptProcess, run: ScriptRun): Promise<CommandResult> {
  const { marker, dialogue } = run.launch;
  const stdout = new Output(marker);
  const stderr = new Output(marker);
  let code: number | undefined;
  let passwordSent = false;
  let scriptSent = false;
  let silence: NodeJS.Timeout | undefined;

  const sendScript = (): void => {
    if (scriptSent) return;
    scriptSent = true;
    process.stdin.end(scriptText(run.script));
  };

  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(silence);
      reject(error);
    };
    const finish = (): void => {
      clearTimeout(silence);
      if (code === undefined) reject(run.lost());
      else if (stdout.hasBegun) resolve({ code, stdout: stdout.text(), stderr: stderr.text() });
      else reject(refused(run, stderr.text() || stdout.text()));
    };
    const waitForSilence = (): void => {
      clearTimeout(silence);
      silence = setTimeout(finish, silenceAfterExit);
    };
    const collect = (output: Output, chunk: Buffer): void => {
      output.push(chunk);
      if (code !== undefined) waitForSilence();
      if (stdout.bytes + stderr.bytes > maxOutputBytes) {
        fail(
          new CommandError(`a script on ${run.subject} wrote more than ${maxOutputBytes / 1024 / 1024} MiB`),
        );
      }
    };

    process.stdout.on('data', (chunk: Buffer) => {
      collect(stdout, chunk);
      if (stdout.hasBegun) sendScript();
    });
    process.stderr.on('data', (chunk: Buffer) => {
      collect(stderr, chunk);
      if (dialogue === undefined || stdout.hasBegun) return;
      const prompts = stderr.text().split(dialogue.prompt).length - 1;
      if (prompts > 1) {
        process.stdin.end();
        fail(new AuthenticationError(`sudo refuses the become password of ${run.subject}`));
      } else if (prompts === 1 && !passwordSent) {
        passwordSent = true;
        process.stdin.write(`${dialogue.password}\n`);
      }
    });
    process.events.on('exit', (exitCode: number | null, signal: string | null) => {
      code = exitCode ?? codeOfSignal(signal);
      waitForSilence();
    });
    process.events.on('close', () => {
      if (process.stderr.readableEnded) finish();
      else process.stderr.once('end', finish);
    });
    // A command that ends before it has read everything: its exit code tells.
    process.stdin.on('error', () => undefined);

    // With sudo as the reader only the marker proves that it is not the script that answers a question for the password.
    if (dialogue === undefined) sendScript();
  });
}

/** Output in pieces, decoded once at the end: a character may be cut by the border of two chunks. */
class Output {
  readonly #chunks: Buffer[] = [];
  readonly #marker: Buffer;
  bytes = 0;
  hasBegun = false;

  constructor(marker: string) {
    this.#marker = Buffer.from(`${marker}\n`);
  }

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#chunks.push(chunk);
    if (!this.hasBegun) this.#dropPrelude();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  /** What start-up files of the shell or sudo say before the marker is not the script's. */
  #dropPrelude(): void {
    const all = Buffer.concat(this.#chunks);
    const start = all.indexOf(this.#marker);
    this.hasBegun = start !== -1;
    this.#chunks.splice(0, Infinity, this.hasBegun ? all.subarray(start + this.#marker.length) : all);
  }
}

/** The numbers a shell gives: 128 and the signal's. */
function codeOfSignal(signal: string | null): number {
  const name = `SIG${signal?.replace(/^SIG/, '') ?? 'KILL'}`;
  const number = Object.entries(constants.signals).find(([known]) => known === name)?.[1];
  return 128 + (number ?? constants.signals.SIGKILL);
}

function refused({ subject, launch }: ScriptRun, said: string): AuthenticationError {
  const lines = said.replaceAll(launch.dialogue?.prompt ?? '\0', '').split('\n');
  const reason = lines.map((line) => line.trim()).find((line) => line !== '') ?? 'nothing was said';
  return new AuthenticationError(`${subject} cannot run a script: ${reason}`);
}
