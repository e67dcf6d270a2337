import type { AskSecret } from './authentication.ts';
import type { Secret } from './become.ts';
import type { OpenSshQuestion } from './openssh-master.ts';

export interface OpenSshSecrets {
  readonly password: Secret | undefined;
  /** Asks a person. */
  readonly askSecret: AskSecret | undefined;
}

/** The answers for one ssh, which gets each of them once: what was wrong is not tried again. */
export interface OpenSshAnswers {
  answer(question: OpenSshQuestion): Promise<string | undefined>;
  passwordOffered(): boolean;
  /** The keys whose passphrase was given. */
  unlockedKeys(): readonly string[];
}

/** Absent when ssh is not to ask at all. */
export function openSshAnswers({ password, askSecret }: OpenSshSecrets): OpenSshAnswers | undefined {
  if (password === undefined && askSecret === undefined) return undefined;
  const given = new Set<string>();
  const unlocked: string[] = [];
  let isPasswordOffered = false;

  return {
    passwordOffered: () => isPasswordOffered,
    unlockedKeys: () => unlocked,
    async answer({ prompt, isOwn }) {
      // Whether to trust a host is no secret, and has been decided.
      if (/\(yes\/no/.test(prompt)) return undefined;
      const file = /^Enter passphrase for (?:key )?'?(.+?)'?: ?$/.exec(prompt)?.[1];
      // A jump host must not get the password of the host behind it.
      const isPassword = file === undefined && isOwn && password !== undefined && /password/i.test(prompt);
      const question = file === undefined ? prompt : `Passphrase of ${file}: `;
      const key = isPassword ? 'password' : question;
      if (given.has(key)) return undefined;
      given.add(key);
      if (file !== undefined) unlocked.push(file);
      if (!isPassword) return await askSecret?.(question);
      isPasswordOffered = true;
      return await password();
    },
  };
}
