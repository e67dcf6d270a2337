import { constants, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';

/** A secret that an ssh asks for. */
export interface SecretQuestion {
  readonly prompt: string;
  /** The process that asks: the ssh that was started, or its own child for a jump host. */
  readonly processId: number;
}

/** Returns the secret; undefined when the process that asks gets none. */
export type AnswerSecret = (question: SecretQuestion) => Promise<string | undefined>;

/**
 * The program that ssh starts to ask for a secret. It lies in a private folder between two named pipes, so the secret is in no
 * argument, no environment and no file. With one ssh that opens a connection there is one question at a time.
 */
const program = `#!/bin/sh
# A notice, such as that a key wants to be touched, is no question.
[ "$SSH_ASKPASS_PROMPT" != none ] || exit 0
printf '%s %s\\0' "$PPID" "$1" >"\${0%/*}/question"
IFS= read -r answer <"\${0%/*}/answer"
case $answer in +*) printf '%s\\n' "\${answer#+}" ;; *) exit 1 ;; esac
`;

/** Puts the program into a folder, where the guardian of an ssh adds the pipes. */
export async function writeAskpass(folder: string): Promise<void> {
  await writeFile(join(folder, 'askpass'), program, { mode: 0o700 });
}

/** The environment that makes ssh ask the program in this folder. An OpenSSH before 8.4 needs DISPLAY. */
export function askpassEnvironment(folder: string): Record<string, string> {
  return { SSH_ASKPASS: join(folder, 'askpass'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' };
}

/** Answers the program in this folder, whose pipes are there, until it is told to stop. */
export function answerAskpass(folder: string, answer: AnswerSecret): () => void {
  const questions = openPipe(join(folder, 'question'), 'readable');
  const replies = openPipe(join(folder, 'answer'), 'writable');
  let text = '';
  questions.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\0'); end !== -1; end = text.indexOf('\0')) {
      const [, processId = '', prompt = ''] = /^(\d+) (.*)$/s.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 1);
      void answer({ processId: Number(processId), prompt })
        .catch(() => undefined)
        .then((secret) => replies.destroyed || replies.write(secret === undefined ? '-\n' : `+${secret}\n`));
    }
  });
  return () => {
    questions.destroy();
    replies.destroy();
  };
}

/** Opened for both directions, so that it does not end with the program at its other side, but used in one. */
function openPipe(path: string, use: 'readable' | 'writable'): Socket {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: use === 'readable', writable: use === 'writable' });
  return pipe.on('error', () => undefined);
}
