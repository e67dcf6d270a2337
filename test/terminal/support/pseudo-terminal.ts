import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import { Emulator } from '../../support/emulator.ts';

export interface PseudoTerminalOptions {
  readonly cwd: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program on a pseudo-terminal that somebody looks at. */
export class PseudoTerminal {
  /** All that the program wrote. */
  output = '';
  exitCode: number | undefined;
  readonly emulator: Emulator;
  readonly #process: ReturnType<typeof spawn>;
  /** Called whenever the screen has changed. */
  readonly #looks: (() => void)[] = [];
  #shown: Promise<void> = Promise.resolve();

  constructor(argv: readonly string[], { cwd, columns = 100, rows = 30, env = {} }: PseudoTerminalOptions) {
    const [program = '', ...args] = argv;
    this.emulator = new Emulator(columns, rows);
    // A CI system's own variables would make the program write plain lines, those of jest in colours.
    const { CI: _ci, NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
    const inherited = Object.fromEntries(
      Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const usual = { NODE_OPTIONS: '', TERM: 'xterm-256color', XDG_STATE_HOME: `${cwd}/.state` };
    this.#process = spawn(program, args, {
      cwd,
      cols: columns,
      rows,
      env: { ...inherited, ...usual, ...env },
    });
    this.#process.onData((text) => {
      this.output += text;
      this.#shown = this.#shown
        .then(() => this.emulator.write(text))
        .then(() => this.#looks.forEach((look) => look()));
    });
    // Somebody has it open until all is read: libuv takes a terminal that nobody has open for empty after one reading.
    const { ptsName } = this.#process as unknown as { readonly ptsName: string };
    const held = openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
    this.#process.onExit(({ exitCode }) => {
      closeSync(held);
      this.exitCode = exitCode;
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** `look` is called after each piece of output that the screen shows. */
  watch(look: () => void): void {
    this.#looks.push(look);
  }

  type(text: string): void {
    this.#process.write(text);
  }

  /** While the program stands still: what it wrote for the old size must not come to a screen of the new one. */
  async resize(columns: number, rows: number): Promise<void> {
    // In the middle of its own work it may be about to write.
    for (;;) {
      process.kill(this.pid, 'SIGSTOP');
      await this.isStopped();
      if (this.#waitsForKernel()) break;
      process.kill(this.pid, 'SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.emulator.resize(columns, rows);
    this.#process.resize(columns, rows);
    process.kill(this.pid, 'SIGCONT');
  }

  /** Linux tells the number of the system call that a program is in, or -1. */
  #waitsForKernel(): boolean {
    return !readFileSync(`/proc/${this.pid}/syscall`, 'utf8').startsWith('-1');
  }

  /** Waits until the program stands still, as after Ctrl-Z, and all that it wrote is shown. */
  async isStopped(): Promise<void> {
    const state = (): string | undefined =>
      /^State:\s+(\w)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    await this.until(() => state() === 'T', 'the program to stop');
    await this.#isQuiet();
  }

  /** Waits until all that the program wrote is shown. A late timer runs before what has come is read: hence more than one. */
  async #isQuiet(): Promise<void> {
    let before;
    do {
      before = this.output.length;
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
      await this.#shown;
    } while (this.output.length !== before);
  }

  goesOn(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Waits until the screen shows it. */
  async shows(what: string | RegExp, seconds = 30): Promise<void> {
    await this.until(
      () => matches(this.emulator.screen().join('\n'), what),
      `the screen to show ${String(what)}`,
      seconds,
    );
  }

  async until(isSo: () => boolean, what: string, seconds = 30): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!isSo()) {
      if (Date.now() > deadline) {
        this.kill();
        throw new Error(
          `waited ${seconds} s for ${what}; the screen shows:\n${this.emulator.screen().join('\n')}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      await this.#shown;
    }
  }

  /** Waits for the end of the program, and until all that it wrote is shown. */
  async ends(seconds = 60): Promise<number> {
    await this.until(() => this.exitCode !== undefined, 'the program to end', seconds);
    await this.#isQuiet();
    return this.exitCode ?? -1;
  }

  kill(): void {
    if (this.exitCode === undefined) this.#process.kill('SIGKILL');
  }
}

function matches(text: string, what: string | RegExp): boolean {
  return typeof what === 'string' ? text.includes(what) : what.test(text);
}
