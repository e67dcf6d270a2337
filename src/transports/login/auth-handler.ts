import type { AnyAuthMethod, AuthHandlerMiddleware } from 'ssh2';

import { AuthenticationError } from '../../errors.ts';
import type { LoginMethod, LoginOffer } from './authentication.ts';
import type { LoginWays } from './login-hint.ts';
import { asksForPassword } from './password-question.ts';

export interface AuthDialogue {
  readonly user: string;
  /** The login, as a person is shown it: `admin@kvm1`. */
  readonly subject: string;
  /** The same for an error: `kvm1 (10.0.0.1:22)`. */
  readonly host: string;
  /** Stops the clock while a person is asked. */
  readonly whileAsked: <T>(answer: Promise<T>) => Promise<T>;
  /** Called each time that the host names the ways by which it lets in, with those ways and whether it has accepted one. */
  readonly onWays: (ways: LoginWays) => void;
  /** Called when a person has answered a question. */
  readonly onAnswered: () => void;
  /** Called with an error that ends the login: a wrong passphrase, a question that nobody can answer. */
  readonly onFailure: (error: unknown) => void;
}

type Questions = Extract<AnyAuthMethod, { type: 'keyboard-interactive' }>;

type Prompt = Parameters<Questions['prompt']>[3][number];

/**
 * Offers one method after the other, of those that the server still allows; a password at most once. A server that wants
 * more after it accepted a key may put questions to a person.
 *
 * @internal
 */
export function authHandlerOf(offer: LoginOffer, dialogue: AuthDialogue): AuthHandlerMiddleware {
  const { user } = dialogue;
  const queue = [...offer.methods];
  // Which way a server takes a password is known only after a first question, and so is what else it may want.
  let mustAskFirst = queue[0] === undefined || queue[0].type === 'password';
  let passwordUsed = false;
  let questionsUsed = false;

  const isAllowed = (type: string, allowed: readonly string[] | null): boolean =>
    !offer.refusedMethods.includes(type) && (allowed?.includes(type) ?? true);

  const questions = (password: LoginMethod | undefined): Questions => {
    // PAM asks one question after the other, each of them anew.
    let mayGivePassword = password !== undefined;
    const answer = async (instructions: string, { prompt, echo }: Prompt): Promise<string> => {
      if (mayGivePassword && password !== undefined && echo !== true && asksForPassword(prompt)) {
        mayGivePassword = false;
        const made = await password.make();
        return made.type === 'password' ? made.password : '';
      }
      if (offer.ask === undefined) throw unansweredError(dialogue.host, prompt);
      const given = await offer.ask(questionOf(dialogue.subject, instructions, prompt));
      dialogue.onAnswered();
      return given;
    };
    return {
      type: 'keyboard-interactive',
      username: user,
      prompt: (_name, instructions, _language, prompts, finish) => {
        const replies = async (): Promise<string[]> => {
          const given: string[] = [];
          for (const prompt of prompts) given.push(await answer(instructions, prompt));
          return given;
        };
        dialogue.whileAsked(replies()).then(finish, (error: unknown) => {
          dialogue.onFailure(error);
          finish([]);
        });
      },
    };
  };

  const make = async (
    next: LoginMethod,
    allowed: readonly string[] | null,
  ): Promise<AnyAuthMethod | undefined> => {
    if (next.type !== 'password') {
      return isAllowed('publickey', allowed) ? await dialogue.whileAsked(next.make()) : undefined;
    }
    if (passwordUsed) return undefined;
    const asPassword = isAllowed('password', allowed);
    if (!asPassword && !isAllowed('keyboard-interactive', allowed)) return undefined;
    passwordUsed = true;
    return asPassword ? await dialogue.whileAsked(next.make()) : questions(next);
  };

  const choose = async (
    allowed: readonly string[] | null,
    isPartial: boolean,
  ): Promise<AnyAuthMethod | false> => {
    if (mustAskFirst) {
      mustAskFirst = false;
      return { type: 'none', username: user };
    }
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const method = await make(next, allowed);
      if (method !== undefined) return method;
    }
    const mayAsk = isPartial || (offer.asksQuestions === true && !questionsUsed);
    if (!mayAsk || !isAllowed('keyboard-interactive', allowed)) return false;
    questionsUsed = true;
    return questions(undefined);
  };

  const handler = (
    allowed: readonly string[] | null,
    isPartial: boolean | null,
    next: (method: AnyAuthMethod | false) => void,
  ): void => {
    if (allowed !== null) dialogue.onWays({ accepted: allowed, isPartial: isPartial === true });
    choose(allowed, isPartial === true).then(next, (error: unknown) => {
      dialogue.onFailure(error);
      next(false);
    });
  };
  // The typings know neither the null of the first call nor the false that ends the attempts.
  return handler as unknown as AuthHandlerMiddleware;
}

/** The error for a question that nobody can answer. */
export function unansweredError(host: string, question: string): AuthenticationError {
  return new AuthenticationError(
    `${host} asks ${JSON.stringify(question.trim())}, and nobody is there to answer`,
  );
}

function questionOf(subject: string, instructions: string, text: string): string {
  const said = [instructions.trim(), text.trim()].filter(Boolean).join(' ');
  return `${subject}: ${said} `;
}
