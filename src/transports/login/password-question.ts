/** How a password is asked for, in the languages in which sshd, PAM and su are met. */
export const passwordQuestion =
  /pass(word|wort|code|phrase)|mot de passe|contrase|senha|has[lł]o|parola|пароль|パスワード|密[码碼]|암호/i;

/** Of passwords, those that are good for one login. */
const oneTimeQuestion =
  /one[- ]?time|single[- ]use|einmal|usage unique|un solo uso|uso único|\botp\b|\btoken\b|passcode|\bcode\b/i;

/** What kvmplay and ssh ask by themselves, and how they say who logs in before they pass on what a host asks. */
const ownQuestion = /^Password of |'s password: ?$/;
const shownUser = /^(\([^()]*\)|[^\s@]+@\S+:) /;

/** Whether somebody asks for the password of the login, and not for a code that is another one each time. */
export function asksForPassword(text: string): boolean {
  if (!passwordQuestion.test(text)) return false;
  return ownQuestion.test(text) || !oneTimeQuestion.test(text.replace(shownUser, ''));
}
