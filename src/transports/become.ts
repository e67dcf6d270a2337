import { scriptCommand } from './remote-script.ts';
import { quoteCommand } from './shell-quote.ts';

/** Something secret, asked for or read at most once, when it is first needed. */
export type Secret = () => Promise<string>;

/** To be another user on the host, by sudo. */
export interface BecomeSettings {
  readonly user: string;
  /** Absent: sudo must not ask for one. */
  readonly password?: Secret;
}

/** How a script is started: as whom, and what tells the script's output from what login shell and sudo say before it. */
export interface Launch {
  /** What login runs: one line for any shell. */
  readonly command: string;
  /** The first line of the script's own output, on stdout and on stderr. */
  readonly marker: string;
  /** Set when sudo may ask: its prompt, and the answer. */
  readonly dialogue?: { readonly prompt: string; readonly password: string };
}

/** `nonce` makes prompt and marker of this one start unlike anything that a host says by itself. */
export async function planLaunch(become: BecomeSettings | undefined, nonce: string): Promise<Launch> {
  const marker = `kvmplay-script-${nonce}`;
  const script = scriptCommand(marker);
  if (become === undefined) return { command: loginCommand(script), marker };

  const target = ['-H', '-u', become.user, '--', ...script];
  if (become.password === undefined) return { command: loginCommand(['sudo', '-n', ...target]), marker };

  const prompt = `kvmplay-password-${nonce}:`;
  return {
    command: loginCommand(['sudo', '-S', '-p', prompt, ...target]),
    marker,
    dialogue: { prompt, password: await become.password() },
  };
}

/** The login shell has nothing more to do: it gives its place to the command. */
function loginCommand(argv: readonly string[]): string {
  return `exec ${quoteCommand(argv)}`;
}
