import { passwordQuestion } from './password-question.ts';
import { scriptCommand } from '../script/remote-script.ts';
import { quoteCommand } from '../shell-quote.ts';

/** A secret that is asked for or read at most once, when it is first needed. */
export type Secret = () => Promise<string>;

/** The program that makes one user another. */
export const becomeMethods = ['sudo', 'su', 'doas'] as const;

export type BecomeMethod = (typeof becomeMethods)[number];

/** To be another user on the host. */
export interface BecomeSettings {
  readonly user: string;
  /** Default: `sudo`. */
  readonly method?: BecomeMethod | undefined;
  /** Absent: the program must not ask for one. */
  readonly password?: Secret | undefined;
  /** The words that start it; default: its name. */
  readonly executable?: readonly string[] | undefined;
  /** More flags for it. */
  readonly flags?: readonly string[] | undefined;
}

/** The start of a script: its command, and the marker that separates its output from that of login shell and sudo. */
export interface Launch {
  /** The command line for the login shell, which any shell understands. */
  readonly command: string;
  /** The first line of the script's own output, on stdout and on stderr. */
  readonly marker: string;
  /** Set when the program that makes the user another may ask. */
  readonly dialogue?: Dialogue;
}

export interface Dialogue {
  readonly program: BecomeMethod;
  /** Matches its question at the end of the output. */
  readonly prompt: RegExp;
  /** Absent when nobody gave a password. */
  readonly password: string | undefined;
}

/** `nonce` makes prompt and marker of this one start unlike anything that a host says by itself. */
export async function planLaunch(become: BecomeSettings | undefined, nonce: string): Promise<Launch> {
  const marker = `kvmplay-script-${nonce}`;
  const script = scriptCommand(marker);
  if (become === undefined) return { command: loginCommand(script), marker };

  const { user, method = 'sudo', flags = [] } = become;
  const program = become.executable ?? [method];
  switch (method) {
    case 'sudo': {
      const target = ['-H', ...flags, '-u', user, '--', ...script];
      if (become.password === undefined)
        return { command: loginCommand([...program, '-n', ...target]), marker };
      const prompt = `kvmplay-password-${nonce}:`;
      return {
        command: loginCommand([...program, '-S', '-p', prompt, ...target]),
        marker,
        dialogue: { program: method, prompt: new RegExp(`${prompt}$`), password: await become.password() },
      };
    }
    case 'su':
      // It always asks, in its own words: the script must wait, and the question is recognised by its words.
      return {
        command: loginCommand([
          ...program,
          ...['-s', '/bin/sh', ...flags, '-c', loginCommand(script), '--', user],
        ]),
        marker,
        dialogue: { program: method, prompt: suPrompt, password: await become.password?.() },
      };
    case 'doas': {
      // It takes a password from a terminal only, and a script has none.
      const doas = quoteCommand([...program, '-n', '-u', user, '--', ...script]);
      // It drops the environment and may give its place away: the shell before it still tells how the host was reached.
      return { command: loginCommand(['sh', '-c', `${doas}; exit $?`]), marker };
    }
  }
}

const suPrompt = new RegExp(String.raw`(?:${passwordQuestion.source})[^\n]*[:：]\s*$`, 'iu');

/** The login shell has nothing more to do: it gives its place to the command. */
function loginCommand(argv: readonly string[]): string {
  return `exec ${quoteCommand(argv)}`;
}
