import { printable, printableInColour, printableLine, withoutRunnerCommands } from '../../model/printable.ts';
import { Secrets } from '../../model/secrets.ts';
import type { Terminal } from '../../reporters/tty-terminal.ts';
import type { Allowance, CliIo, Output } from '../io.ts';

/** The process side of CliIo. */
export type ProcessIo = Omit<CliIo, 'secrets'> & { readonly secrets?: Secrets | undefined };

/**
 * Guards all output of a command: secrets known so far are masked, and text of a host cannot control the terminal or a CI
 * system. Answers to askSecret become secrets.
 */
export function guardIo(io: ProcessIo): CliIo {
  const secrets = io.secrets ?? new Secrets();
  return {
    ...io,
    secrets,
    stdout: guardOutput(io.stdout, secrets),
    stderr: guardOutput(io.stderr, secrets),
    terminal: io.terminal === undefined ? undefined : guardTerminal(io.terminal, secrets),
    askSecret: async (prompt) => {
      const secret = await io.askSecret(promptOf(prompt));
      secrets.add(secret);
      return secret;
    },
    ask: async (prompt) => await io.ask(promptOf(prompt)),
  };
}

/** Escapes everything that `allowance` does not permit. */
export function cleanText(text: string, allowance: Allowance | undefined): string {
  switch (allowance) {
    case undefined:
      return withoutRunnerCommands(printable(text));
    case 'colour':
      return withoutRunnerCommands(printableInColour(text));
    case 'commands':
      return printable(text);
  }
}

/** Cleans a question, which may come from the host, and keeps the blank at its end. */
function promptOf(text: string): string {
  return `${printableLine(text)}${/\s$/.test(text) ? ' ' : ''}`;
}

/** The frame cleans its own lines and moves the cursor, so only secrets are masked here. */
function guardTerminal(terminal: Terminal, secrets: Secrets): Terminal {
  return { ...terminal, write: (text) => terminal.write(secrets.maskUnlikely(text)) };
}

function guardOutput(output: Output, secrets: Secrets): Output {
  return Object.create(output, {
    write: {
      value: (text: string, allowance?: Allowance) =>
        output.write(cleanText(secrets.maskUnlikely(text), allowance), allowance),
    },
  }) as Output;
}
