import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';

import { AuthenticationError, CommandError } from '../../errors.ts';
import type { CommandResult } from '../../model/host.ts';
import type { Dialogue, Launch } from '../login/become.ts';
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
  /** The login, for messages: `admin@kvm1`. */
  readonly subject: string;
  /** The error when the command ends without an exit code. */
  readonly lost: () => Error;
  /** Bytes; default: 64 MiB. */
  readonly maxOutput?: number | undefined;
}

/** More output than this is a mistake, and would fill the memory of the controller. */
export const maxOutputBytes = 64 * 1024 * 1024;

/** Bytes that start-up files of a shell may print before the script. More is no greeting. */
const maxPreludeBytes = 256 * 1024;

/** A question stands at the end of what was said. */
const questionLength = 1024;

/** Milliseconds for a login shell or sudo to begin. A longer wait is for an unusual question or a dead directory server. */
const startTimeout = 30_000;

/** After its exit a command that left a child behind may keep its output open for ever: silence this long ends the wait. */
const silenceAfterExit = 3000;

/** Speaks with a started command: password, script, output, exit code. Does not end the command when it rejects. */
export function runScript(process: ScriptProcess, run: ScriptRun): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    new Conversation(process, run, { resolve, reject }).start();
  });
}

const passwordSources = '-K or ansible_become_password gives it';

/** The hint for a become program that wants a password that nobody gave. */
const hints: readonly { readonly said: RegExp; readonly hint: string }[] = [
  {
    said: /^doas: Auth\w+ required$/,
    hint: ': doas takes a password from a terminal only, so doas.conf must say nopass',
  },
  { said: /^sudo: a password is required$/, hint: `: ${passwordSources}` },
];

interface Outcome {
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: Error) => void;
}

class Conversation {
  readonly #process: ScriptProcess;
  readonly #run: ScriptRun;
  readonly #outcome: Outcome;
  readonly #stdout: Output;
  readonly #stderr: Output;
  #code: number | undefined;
  #passwordSent = false;
  /** Bytes of stderr that have been answered. */
  #answered = 0;
  #scriptSent = false;
  #isSettled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(process: ScriptProcess, run: ScriptRun, outcome: Outcome) {
    this.#process = process;
    this.#run = run;
    this.#outcome = outcome;
    this.#stdout = new Output(run.launch.marker);
    this.#stderr = new Output(run.launch.marker);
  }

  start(): void {
    const { events, stdin, stdout, stderr } = this.#process;
    stdout.on('data', (chunk: Buffer) => this.#onStdout(chunk));
    stderr.on('data', (chunk: Buffer) => this.#onStderr(chunk));
    events.on('exit', (code: number | null, signal: string | null) => this.#onExit(code, signal));
    events.on('close', () => this.#onClose());
    // A command that ends before it has read everything: its exit code tells.
    stdin.on('error', () => undefined);

    // A program that may ask gets the script only after the marker, since it could take the script for an answer.
    if (this.#run.launch.dialogue === undefined) this.#sendScript();
    this.#wait(startTimeout, () =>
      this.#fail(this.#startError(`nothing starts in ${startTimeout / 1000} s`)),
    );
  }

  #onStdout(chunk: Buffer): void {
    this.#collect(this.#stdout, chunk);
    if (this.#stdout.hasBegun) this.#sendScript();
  }

  #onStderr(chunk: Buffer): void {
    this.#collect(this.#stderr, chunk);
    const { dialogue } = this.#run.launch;
    if (dialogue === undefined || this.#stdout.hasBegun) return;

    if (!dialogue.prompt.test(this.#stderr.endSince(this.#answered))) return;
    if (this.#passwordSent || dialogue.password === undefined) {
      this.#process.stdin.end();
      this.#fail(this.#passwordError(dialogue));
      return;
    }
    this.#passwordSent = true;
    this.#answered = this.#stderr.bytes;
    this.#process.stdin.write(`${dialogue.password}\n`);
  }

  #onExit(code: number | null, signal: string | null): void {
    this.#code = code ?? codeOfSignal(signal);
    this.#waitForSilence();
  }

  #onClose(): void {
    if (this.#process.stderr.readableEnded) this.#finish();
    else this.#process.stderr.once('end', () => this.#finish());
  }

  #collect(output: Output, chunk: Buffer): void {
    if (this.#isSettled) return;
    output.push(chunk);
    if (this.#code !== undefined) this.#waitForSilence();
    else if (this.#stdout.hasBegun) clearTimeout(this.#timer);
    const { subject, maxOutput = maxOutputBytes } = this.#run;
    if (!output.hasBegun && output.bytes > maxPreludeBytes) {
      const most = `${maxPreludeBytes / 1024} KiB`;
      this.#fail(new AuthenticationError(`${subject} cannot run a script: its login says more than ${most}`));
      return;
    }
    if (this.#stdout.bytes + this.#stderr.bytes <= maxOutput) return;
    this.#fail(new CommandError(`a script on ${subject} wrote more than ${maxOutput / 1024 / 1024} MiB`));
  }

  #sendScript(): void {
    if (this.#scriptSent) return;
    this.#scriptSent = true;
    this.#process.stdin.end(scriptText(this.#run.script));
  }

  #waitForSilence(): void {
    this.#wait(silenceAfterExit, () => this.#finish());
  }

  /** The connection, or the child's output, keeps the process alive: the timer need not. */
  #wait(milliseconds: number, then: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#isSettled) this.#timer = setTimeout(then, milliseconds).unref();
  }

  #finish(): void {
    this.#settle();
    if (this.#code === undefined) {
      this.#outcome.reject(this.#run.lost());
    } else if (this.#stdout.hasBegun) {
      this.#outcome.resolve({ code: this.#code, stdout: this.#stdout.text(), stderr: this.#stderr.text() });
    } else {
      this.#outcome.reject(this.#startError(`exit code ${this.#code}`));
    }
  }

  #fail(error: Error): void {
    this.#settle();
    this.#outcome.reject(error);
  }

  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
  }

  /** Login shell or sudo said no; what they said first is the reason. */
  #startError(otherwise: string): Error {
    const { subject, launch } = this.#run;
    const said = `${this.#stderr.textSince(this.#answered)}\n${this.#stdout.text()}`;
    const lines = said.split('\n').map((line) => line.trim());
    const reason = lines.find((line) => line !== '') ?? otherwise;
    if (launch.dialogue !== undefined && this.#passwordSent && /^su: Authentication failure/.test(reason)) {
      return this.#passwordError(launch.dialogue);
    }
    const hint = hints.find(({ said: pattern }) => pattern.test(reason))?.hint ?? '';
    return new AuthenticationError(`${subject} cannot run a script: ${reason}${hint}`);
  }

  #passwordError({ program, password }: Dialogue): AuthenticationError {
    const { subject } = this.#run;
    return new AuthenticationError(
      password === undefined
        ? `${program} asks for a password on ${subject}, and there is none: ${passwordSources}`
        : `${program} refuses the become password of ${subject}`,
    );
  }
}

/**
 * Output in pieces, decoded once at the end: a character may be cut by the border of two chunks. However small the pieces
 * are, each is looked at once.
 */
class Output {
  readonly #chunks: Buffer[] = [];
  readonly #marker: Buffer;
  /** The end of what came before the marker: as much of it as may be its beginning, or a question. */
  #end = Buffer.alloc(0);
  bytes = 0;
  hasBegun = false;

  constructor(marker: string) {
    this.#marker = Buffer.from(`${marker}\n`);
  }

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#chunks.push(chunk);
    if (!this.hasBegun) this.#dropPrelude(chunk);
  }

  text(): string {
    return this.textSince(0);
  }

  textSince(bytes: number): string {
    return Buffer.concat(this.#chunks).subarray(bytes).toString('utf8');
  }

  /** The last part of the output, after so many bytes. */
  endSince(bytes: number): string {
    return this.#end.subarray(Math.max(0, this.#end.length - (this.bytes - bytes))).toString('utf8');
  }

  /** Drops the output of start-up files and sudo before the marker. */
  #dropPrelude(chunk: Buffer): void {
    const all = Buffer.concat([this.#end, chunk]);
    const start = all.indexOf(this.#marker);
    this.hasBegun = start !== -1;
    if (this.hasBegun) {
      this.#chunks.splice(0, Infinity, all.subarray(start + this.#marker.length));
      // The script says the rest, and asks for no password.
      this.#end = Buffer.alloc(0);
    } else {
      this.#end = all.subarray(-questionLength);
    }
  }
}

/** The numbers a shell gives: 128 and the signal's. */
function codeOfSignal(signal: string | null): number {
  const name = `SIG${signal?.replace(/^SIG/, '') ?? 'KILL'}`;
  const number = Object.entries(constants.signals).find(([known]) => known === name)?.[1];
  return 128 + (number ?? constants.signals.SIGKILL);
}
