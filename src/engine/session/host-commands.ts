import { CommandError } from '../../errors.ts';
import type { ActionHost } from '../../model/action.ts';
import type { CommandResult } from '../../model/host.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import { hostScript } from '../connection/host-script.ts';
import type { HostPhase } from '../events.ts';
import type { FactSource } from './fact-source.ts';
import type { Turns } from './turns.ts';

export interface HostCommandsOptions {
  /** The host's name. */
  readonly name: string;
  readonly checkMode: boolean;
  readonly connection: HostConnection;
  readonly facts: FactSource;
  readonly turns: Turns;
  readonly onPhase: (phase: HostPhase) => void;
}

/** Runs commands of playbooks, and commands of actions. */
export class HostCommands {
  readonly #options: HostCommandsOptions;

  constructor(options: HostCommandsOptions) {
    this.#options = options;
  }

  /** Throws CommandError for a non-zero exit code. */
  async run(command: string): Promise<CommandResult> {
    const { name } = this.#options;
    const result = await this.#exec(`export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"\n${command}\n`);
    if (result.code === 0) return result;
    throw new CommandError(`\`${command}\` ended with ${String(result.code)} on ${name}`, {
      details: result.stderr.split('\n').filter(Boolean),
    });
  }

  /** Returns the host as actions see it. */
  actionHost(): ActionHost {
    const { name, checkMode, turns } = this.#options;
    return {
      name,
      checkMode,
      run: async (command) => {
        turns.throwIfOver();
        const { timeout } = command;
        return await this.#exec(hostScript(command), timeout === undefined ? undefined : timeout * 1000);
      },
    };
  }

  async #exec(script: string, timeout?: number): Promise<CommandResult> {
    const { connection, facts, onPhase } = this.#options;
    await facts.connect();
    onPhase('command');
    return await connection.exec(script, timeout);
  }
}
