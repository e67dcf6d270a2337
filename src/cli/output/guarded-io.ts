import { printable, printableInColour, printableLine, withoutRunnerCommands } from '../../model/printable.ts';
import { Secrets } from '../../model/secrets.ts';
import type { Terminal } from '../../reporters/tty-terminal.ts';
import type { Allowance, CliIo, Output } from '../io.ts';

/** What a process gives a command. */
export type ProcessIo = Omit<CliIo, 'secrets'> & { readonly secrets?: Secrets | undefined };

/**
 * The edge of output. Nothing that becomes known as a secret is printed from then on, and nothing that a host says acts on
 * the terminal or on a CI system, whoever prints it. What is typed unseen is a secret.
 */
export function guardIo(io: ProcessIo): CliIo {
  const secrets = io.secrets ?? new Secrets();
  return {
    ...io,
    secrets,
    stdout: guardOutput(io.stdout, secrets),
    stderr: guardOutput(io.stderr, secrets),
    ...(io.terminal !== undefined && { terminal: guardTerminal(io.terminal, secrets) }),
    askSecret: async (prompt) => {
      const secret = await io.askSecret(promptOf(prompt));
      secrets.add(secret);
      return secret;
    },
    ask: async (prompt) => await io.ask(promptOf(prompt)),
  };
}

/** What may be written as it is. */
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

/** A question may come from the host; the blank at its end stays. */
function promptOf(text: string): string {
  return `${printableLine(text)}${/\s$/.test(text) ? ' ' : ''}`;
}

/** The frame has been cleaned line by line: it moves the cursor itself. */
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
