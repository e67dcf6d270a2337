/** The ways by which a host lets in. */
export interface LoginWays {
  /** `publickey`, `gssapi-with-mic` */
  readonly accepted: readonly string[];
  /** It has accepted one, and wants another besides. */
  readonly isPartial: boolean;
}

export interface LoginHints {
  /** The ways that were tried. */
  readonly tried: readonly string[];
  /** The way to offer a ticket of Kerberos. */
  readonly forKerberos: string;
  /** The question of the host, where it is known. */
  readonly question?: string | undefined;
}

/** Names the attempt in which a person answered questions of the host. */
export const repliesGiven = 'the answers to its questions';

/** A hint for a host that lets in by another way than was tried; undefined when it refused the ways that it allows. */
export function loginHint(
  { accepted, isPartial }: LoginWays,
  { tried, forKerberos, question }: LoginHints,
): string | undefined {
  if (!isPartial && accepted.some((way) => tried.includes(way))) return undefined;
  const wanted = isPartial ? 'accepts that, and wants' : 'takes';
  const isNew = (way: string): boolean => accepted.includes(way) && !tried.includes(way);
  const kerberos = ['gssapi-with-mic', 'gssapi-keyex'].find(isNew);
  if (kerberos !== undefined) return `it ${wanted} a Kerberos ticket (${kerberos}), ${forKerberos}`;
  if (question !== undefined)
    return `it asks ${JSON.stringify(question)}: ansible_password or -k answers, or PreferredAuthentications=keyboard-interactive puts it to you`;
  if (accepted.includes('publickey')) return undefined;
  if (isPartial) return isNew('keyboard-interactive') ? partialHint : undefined;
  const password = accepted.find((way) => way === 'password' || way === 'keyboard-interactive');
  return password && `it takes a password (${password}): ansible_password, or -k`;
}

const partialHint =
  'it accepts that, and asks for more (keyboard-interactive), which takes a person at a terminal';
