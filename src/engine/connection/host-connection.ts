import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, isKvmplayError } from '../../errors.ts';
import type { FactAnswer } from '../../model/fact.ts';
import type { CommandResult } from '../../model/host.ts';
import type { AnyFact } from '../../model/task.ts';
import type { Connection, Transport } from '../../transports/transport.ts';
import { composeSurvey, splitSurvey, type SurveyOutput } from './survey.ts';

export interface HostConnectionOptions {
  /** Milliseconds for TCP, handshake and login, unless the host sets its own. Default: the transport's. */
  readonly connectTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Time limit in milliseconds for kvmplay's own scripts. Scripts that wait on purpose give their own. */
const execTimeout = 120_000;

/** Output limit of one script in bytes. More is a fault of the host, and all hosts share one memory. */
const maxOutput = 8 * 1024 * 1024;
/** Output limit of all scripts of a play together. */
const maxOutputOfPlay = 128 * 1024 * 1024;

/** Access to one host during one play. It opens one connection at a time, when needed, and counts everything. */
export class HostConnection {
  connections = 0;
  execs = 0;
  readonly #transport: Transport;
  readonly #options: HostConnectionOptions;
  #current: Connection | undefined;
  /** Characters printed by its scripts so far. */
  #received = 0;
  /** Number of running works that a cancelled run waits for. */
  #uninterrupted = 0;

  constructor(transport: Transport, options: HostConnectionOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Makes a cancelled run wait until `work` ends, so that a change begun on the host is confirmed or rolled back. */
  async uninterrupted<T>(work: () => Promise<T>): Promise<T> {
    this.#uninterrupted += 1;
    try {
      return await work();
    } finally {
      this.#uninterrupted -= 1;
    }
  }

  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  /** Returns the present connection, or opens the first. */
  async open(): Promise<Connection> {
    return (this.#current ??= await this.#connect());
  }

  /** Runs a script over the present connection, or opens the first. */
  async exec(script: string, timeout?: number): Promise<CommandResult> {
    const connection = await this.open();
    this.execs += 1;
    if (this.#received > maxOutputOfPlay) {
      const most = `${String(maxOutputOfPlay / 1024 / 1024)} MiB`;
      throw new CommandError(`the scripts of this play printed more than ${most}: no further script runs`);
    }
    const result = await connection.exec(script, {
      ...this.#signal(),
      timeout: timeout ?? connection.commandTimeout ?? execTimeout,
      maxOutput,
    });
    this.#received += result.stdout.length + result.stderr.length;
    return result;
  }

  /** Asks all facts in one exec. A fact that fails gets its error as answer and does not affect the others. */
  async survey(facts: readonly AnyFact[], timeout?: number): Promise<Map<string, FactAnswer>> {
    const nonce = randomUUID();
    const outputs = splitSurvey(facts, await this.exec(composeSurvey(facts, { nonce }), timeout), { nonce });
    return new Map(facts.map((fact) => [fact.name, parseOutput(fact, outputs.get(fact.name))]));
  }

  /**
   * Closes the present connection, opens a new one and runs `use` on it. Retries until `deadline` (milliseconds since 1970), also when a connection breaks
   * during `use`. Undefined when time ran out.
   */
  async withFresh<T>(deadline: number, use: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      this.drop();
      const left = deadline - Date.now();
      if (left <= 0) return undefined;
      try {
        this.#current = await this.#connect(left);
        return await use();
      } catch (error) {
        if (!isKvmplayError(error) || !error.isTransient) throw error;
        await sleep(Math.min(250, Math.max(0, deadline - Date.now())), undefined, this.#signal());
      }
    }
  }

  /** Closes without waiting: the other side may be gone. */
  drop(): void {
    const connection = this.#current;
    this.#current = undefined;
    connection?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    const connection = this.#current;
    this.#current = undefined;
    await connection?.close().catch(() => undefined);
  }

  async #connect(limit?: number): Promise<Connection> {
    this.connections += 1;
    const { connectTimeout: timeout } = this.#options;
    return await this.#transport.connect({
      ...this.#signal(),
      timeout,
      limit,
    });
  }

  #signal(): { signal?: AbortSignal } {
    const { signal } = this.#options;
    return signal === undefined || this.#uninterrupted > 0 ? {} : { signal };
  }
}

function parseOutput(fact: AnyFact, output: SurveyOutput = { output: '' }): FactAnswer {
  if ('error' in output) return output;
  try {
    return { value: fact.parse(output.output) };
  } catch (error) {
    return { error };
  }
}
