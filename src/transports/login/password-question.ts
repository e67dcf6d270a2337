/** Prompts for a password in the languages of sshd, PAM and su. */
export const passwordQuestion =
  /pass(word|wort|code|phrase)|mot de passe|contrase|senha|has[lł]o|parola|пароль|パスワード|密[码碼]|암호/i;

/** Prompts for a password that is good for one login only. */
const oneTimeQuestion =
  /one[- ]?time|single[- ]use|einmal|usage unique|un solo uso|uso único|\botp\b|\btoken\b|passcode|\bcode\b/i;

/** Prompts of kvmplay and ssh themselves, and the prefix with which they pass on a host's question. */
const ownQuestion = /^Password of |'s password: ?$/;
const shownUser = /^(\([^()]*\)|[^\s@]+@\S+:) /;

/** True for a prompt for the login's password, and false for one for a one-time code. */
export function asksForPassword(text: string): boolean {
  if (!passwordQuestion.test(text)) return false;
  return ownQuestion.test(text) || !oneTimeQuestion.test(text.replace(shownUser, ''));
}
