import type { AnyAuthMethod, AuthHandlerMiddleware } from 'ssh2';

import type { LoginMethod, LoginPlan } from './authentication.ts';
import { passwordQuestion } from './password-question.ts';

export interface AuthDialogue {
  readonly user: string;
  /** Who asks, for a person: `kvm1`. */
  readonly subject: string;
  /** While a person thinks, no time runs out. */
  readonly whileAsked: <T>(answer: Promise<T>) => Promise<T>;
  /** Called with what ends the login for good: a wrong passphrase, a question that nobody can answer. */
  readonly onFailure: (error: unknown) => void;
}

type Questions = Extract<AnyAuthMethod, { type: 'keyboard-interactive' }>;

/**
 * Offers one method after the other, of those that the server still allows; a password at most once. A server that wants
 * more after it accepted a key may put questions to a person.
 *
 * @internal
 */
export function authHandlerOf(plan: LoginPlan, dialogue: AuthDialogue): AuthHandlerMiddleware {
  const { user } = dialogue;
  const queue = [...plan.methods];
  // Which way a server takes a password is known only after a first question.
  let mustAskFirst = queue[0]?.type === 'password';
  let passwordUsed = false;

  const isAllowed = (type: string, allowed: readonly string[] | null): boolean =>
    !plan.refusedMethods.includes(type) && (allowed?.includes(type) ?? true);

  const questions = (password: LoginMethod | undefined): Questions => ({
    type: 'keyboard-interactive',
    username: user,
    prompt: (_name, instructions, _language, prompts, finish) => {
      let mayGivePassword = password !== undefined;
      const answer = async (text: string, echo: boolean | undefined): Promise<string> => {
        if (mayGivePassword && password !== undefined && echo !== true && passwordQuestion.test(text)) {
          mayGivePassword = false;
          const made = await password.make();
          return made.type === 'password' ? made.password : '';
        }
        if (plan.ask === undefined) {
          throw new Error(`asks ${JSON.stringify(text.trim())}, and nobody is there to answer`);
        }
        return await plan.ask(questionOf(dialogue.subject, instructions, text));
      };
      const answers = async (): Promise<string[]> => {
        const given: string[] = [];
        for (const { prompt, echo } of prompts) given.push(await answer(prompt, echo));
        return given;
      };
      dialogue.whileAsked(answers()).then(finish, (error: unknown) => {
        dialogue.onFailure(error);
        finish([]);
      });
    },
  });

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
    if (isPartial && isAllowed('keyboard-interactive', allowed)) return questions(undefined);
    return false;
  };

  const handler = (
    allowed: readonly string[] | null,
    isPartial: boolean | null,
    next: (method: AnyAuthMethod | false) => void,
  ): void => {
    choose(allowed, isPartial === true).then(next, (error: unknown) => {
      dialogue.onFailure(error);
      next(false);
    });
  };
  // The typings know neither the null of the first call nor the false that ends the attempts.
  return handler as unknown as AuthHandlerMiddleware;
}

function questionOf(subject: string, instructions: string, text: string): string {
  const said = [instructions.trim(), text.trim()].filter(Boolean).join(' ');
  return `${subject}: ${said} `;
}
