import { Secrets } from '../../model/secrets.ts';
import type { Terminal } from '../../reporters/tty-terminal.ts';
import type { CliIo, Output } from '../io.ts';

/** What a process gives a command. */
export type ProcessIo = Omit<CliIo, 'secrets'>;

/** Nothing that becomes known as a secret is printed from then on, whoever prints it; what is typed unseen is one. */
export function hideSecrets(io: ProcessIo): CliIo {
  const secrets = new Secrets();
  return {
    ...io,
    secrets,
    stdout: hidingOutput(io.stdout, secrets),
    stderr: hidingOutput(io.stderr, secrets),
    ...(io.terminal !== undefined && { terminal: hidingTerminal(io.terminal, secrets) }),
    askSecret: async (prompt) => {
      const secret = await io.askSecret(prompt);
      secrets.add(secret);
      return secret;
    },
  };
}

function hidingTerminal(terminal: Terminal, secrets: Secrets): Terminal {
  return { ...terminal, write: (text) => terminal.write(secrets.mask(text)) };
}

function hidingOutput(output: Output, secrets: Secrets): Output {
  return Object.create(output, {
    write: { value: (text: string) => output.write(secrets.mask(text)) },
  }) as Output;
}
