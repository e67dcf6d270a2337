import type { AskSecret } from '../login/authentication.ts';
import type { Secret } from '../login/become.ts';
import type { OpenSshReply, OpenSshQuestion } from './master.ts';
import { hasAcceptedOne } from './login.ts';
import { asksForPassword } from '../login/password-question.ts';

export interface OpenSshSecrets {
  /** Name of the host, for questions to a person. */
  readonly name: string;
  readonly password: Secret | undefined;
  /** Asks a person. */
  readonly askSecret: AskSecret | undefined;
  /** True puts every question of the host to the person, also after it accepted a key. */
  readonly asksQuestions: boolean;
}

/** The replies to one ssh. Each secret is given once, so a wrong one is not tried again. */
export interface OpenSshReplies {
  answer(question: OpenSshQuestion): Promise<OpenSshReply>;
  given(): GivenReplies;
}

export interface GivenReplies {
  readonly isPasswordGiven: boolean;
  /** True when a person has answered questions of the host. */
  readonly hasAnswered: boolean;
  /** The keys whose passphrase was given. */
  readonly unlockedKeys: readonly string[];
  /** True when a PIN was given. */
  readonly isPinGiven: boolean;
  /** The question of the host because of which ssh has hung up, and why: nobody is there, or nobody wants to be asked. */
  readonly unanswered?: { readonly question: string; readonly why: 'nobody' | 'unwanted' | 'answered' };
}

export const noReplies: GivenReplies = {
  isPasswordGiven: false,
  hasAnswered: false,
  unlockedKeys: [],
  isPinGiven: false,
};

/** Absent when ssh is not to ask at all. */
export function openSshReplies(secrets: OpenSshSecrets): OpenSshReplies | undefined {
  const { name, password, askSecret, asksQuestions } = secrets;
  if (password === undefined && askSecret === undefined) return undefined;
  const asked = new Set<string>();
  const unlockedKeys: string[] = [];
  let isPasswordGiven = false;
  let hasAnswered = false;
  let isPinGiven = false;
  let unanswered: GivenReplies['unanswered'];

  const answerAboutKey = async (prompt: string): Promise<OpenSshReply> => {
    const file = passphraseQuestion.exec(prompt)?.[1];
    const question = file === undefined ? prompt : `Passphrase of ${file}: `;
    if (askSecret === undefined || asked.has(question)) return 'none';
    asked.add(question);
    if (file === undefined) isPinGiven = true;
    else unlockedKeys.push(file);
    return { secret: await askSecret(question) };
  };

  const answerHost = async ({ prompt, log }: OpenSshQuestion): Promise<OpenSshReply> => {
    const wantsPassword = asksForPassword(prompt);
    if (wantsPassword && password !== undefined && !isPasswordGiven) {
      isPasswordGiven = true;
      return { secret: await password() };
    }
    const isAnswered = asked.has(prompt) || (wantsPassword && isPasswordGiven);
    const isWanted = password !== undefined || asksQuestions || hasAcceptedOne(log);
    if (isAnswered || askSecret === undefined || !isWanted) {
      const why = isAnswered ? 'answered' : askSecret === undefined ? 'nobody' : 'unwanted';
      unanswered = { question: prompt.replace(shownLogin, '').trim(), why };
      // An empty answer would count as a failed attempt.
      return 'hang up';
    }
    asked.add(prompt);
    hasAnswered = true;
    return { secret: await askSecret(prompt.replace(shownLogin, `$1@${name}: `)) };
  };

  return {
    given: () => ({
      isPasswordGiven,
      hasAnswered,
      unlockedKeys,
      isPinGiven,
      ...(unanswered !== undefined && { unanswered }),
    }),
    async answer(question) {
      const { prompt, isOwn } = question;
      // The question whether to trust a host asks for no secret, and the policy has decided it.
      if (/\(yes\/no/.test(prompt)) return 'none';
      if (passphraseQuestion.test(prompt) || /^Enter PIN for /.test(prompt)) return answerAboutKey(prompt);
      if (isOwn) return answerHost(question);
      // A jump host must not get the password of the host behind it.
      if (askSecret === undefined || asked.has(prompt)) return 'none';
      asked.add(prompt);
      return { secret: await askSecret(prompt) };
    },
  };
}

/** The prefix by which ssh names the origin of a question. */
const shownLogin = /^\(([^()]*)@[^()@]*\) /;

const passphraseQuestion = /^Enter passphrase for (?:key )?'?(.+?)'?: ?$/;
