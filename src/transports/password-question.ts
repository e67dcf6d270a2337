/** How a password is asked for, in the languages in which sshd, PAM and su are met. */
export const passwordQuestion =
  /pass(word|wort|code|phrase)|mot de passe|contrase|senha|has[lł]o|parola|пароль|パスワード|密[码碼]|암호/i;
