import { homedir, hostname, userInfo } from 'node:os';
import { env } from 'node:process';

/** The values of the tokens of ssh_config(5). */
export interface TokenValues {
  /** %h */
  readonly address: string;
  /** %n */
  readonly destination: string;
  /** %p */
  readonly port: number;
  /** %r */
  readonly user: string;
  /** %k */
  readonly hostKeyAlias?: string | undefined;
}

/** Throws RangeError for a token that it does not know. */
export function expandTokens(text: string, values: TokenValues): string {
  return text.replace(/%(.?)/gsu, (token, letter: string) => {
    switch (letter) {
      case '%':
        return '%';
      case 'h':
        return values.address;
      case 'n':
        return values.destination;
      case 'p':
        return String(values.port);
      case 'r':
        return values.user;
      case 'k':
        return values.hostKeyAlias ?? values.destination;
      case 'd':
        return userInfo().homedir;
      case 'u':
        return userInfo().username;
      case 'i':
        return String(userInfo().uid);
      case 'l':
        return hostname();
      case 'L':
        return hostname().split('.')[0] ?? '';
      default:
        throw new RangeError(token);
    }
  });
}

/** A path with its ~, its ${VARIABLES} and its tokens replaced. */
export function expandPath(path: string, values: TokenValues): string {
  const named = path
    .replace(/^~(?=\/|$)/, () => homedir())
    .replace(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '');
  return expandTokens(named, values);
}
