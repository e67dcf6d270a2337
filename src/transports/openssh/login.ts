import { AuthenticationError } from '../../errors.ts';
import { unansweredError } from '../login/auth-handler.ts';
import { repliesGiven, loginHint, type LoginWays } from '../login/login-hint.ts';
import type { FailedOpenSsh } from './errors.ts';
import type { OpenSshLog } from './log.ts';
import type { GivenReplies } from './secrets.ts';

/** The login user, with ssh_config applied. Through jump hosts it is that of the last host that was reached. */
export function loginName(log: OpenSshLog): string | undefined {
  return log.last(/^debug1: Authenticating to \S+ as '(.+)'$/)?.[1];
}

/** True when the host has accepted one way to log in and wants another besides. */
export function hasAcceptedOne(log: OpenSshLog): boolean {
  return log.last(/^Authenticated (?:using "[^"]+" )?with partial success/) !== undefined;
}

/** Why ssh was not let in; undefined when it was not for that. */
export function authenticationError({ subject, log, given }: FailedOpenSsh): AuthenticationError | undefined {
  const denied = log.last(/^(?:(\S+)@([^\s@]+): )?Permission denied \(/);
  const tooMany = log.last(/Too many authentication failures/);
  const { unanswered } = given;
  if (denied === undefined && tooMany === undefined && unanswered === undefined) return undefined;

  const fail = (message: string): AuthenticationError =>
    new AuthenticationError(message, { details: log.complaints() });
  if (unanswered?.why === 'nobody') return unansweredError(subject, unanswered.question);
  // ssh does not say so, but a key that the server accepts, once unlocked, lets in.
  const key = log.last(/^debug1: Server accepts key: (\S+) /)?.[1];
  if (key !== undefined && given.unlockedKeys.includes(key) && !hasAcceptedOne(log))
    return fail(`the passphrase of ${key} is wrong`);

  const user = denied?.[1] ?? loginName(log) ?? 'you';
  // When a jump host refuses, the host behind it seems to hang up.
  const refuser =
    denied?.[2] !== undefined && log.last(/^kex_exchange_identification: /) !== undefined
      ? `${denied[2]}, on the way to ${subject},`
      : subject;
  const [, accepted = ''] = log.last(/^debug1: Authentications that can continue: (.*)$/) ?? [];
  const ways: LoginWays = { accepted: accepted.split(','), isPartial: hasAcceptedOne(log) };
  const tried = triedWays(log, { ways, given });
  if (tooMany !== undefined) {
    return fail(
      `${refuser} does not let ${user} in: it allows fewer attempts than there are ways to try (${tried.join(', ')}); name the one key to use`,
    );
  }
  const told = tried.length === 0 ? 'ssh has nothing to offer' : `tried ${tried.join(', ')}`;
  const hint = hintFor(log, { ways, given });
  return fail(`${refuser} does not let ${user} in: ${told}${hint === undefined ? '' : `; ${hint}`}`);
}

interface Login {
  readonly ways: LoginWays;
  readonly given: GivenReplies;
}

/** `key /home/me/.ssh/id_ed25519`, `password` */
function triedWays(log: OpenSshLog, { ways, given }: Login): readonly string[] {
  const others = [
    ...offeredKeys(log).map((key) => `key ${key}${unsigned(log, { key, given })}`),
    ...(given.isPasswordGiven ? ['password'] : []),
    ...(given.hasAnswered ? [repliesGiven] : []),
  ];
  return [...ticket(log, { isAlone: others.length === 0 || ways.accepted.every(isKerberos) }), ...others];
}

function offeredKeys(log: OpenSshLog): readonly string[] {
  const keys = log.lines
    .map((line) => /^debug1: Offering public key: (.+) \S+ SHA256:/.exec(line)?.[1])
    .filter((key) => key !== undefined);
  return [...new Set(keys)];
}

/** Most fleets know Kerberos, and not all of those who log in have to do with it. */
function ticket(log: OpenSshLog, { isAlone }: { readonly isAlone: boolean }): readonly string[] {
  if (!isKerberosTried(log)) return [];
  const trouble = kerberosTrouble(log);
  if (trouble === undefined) return ['a Kerberos ticket'];
  return isAlone ? [`Kerberos (${trouble})`] : [];
}

function isKerberos(way: string): boolean {
  return way.startsWith('gssapi-');
}

function isKerberosTried(log: OpenSshLog): boolean {
  return log.last(/^debug1: Next authentication method: gssapi-/) !== undefined;
}

/** Why there was no ticket to offer, in the words of Kerberos: the line below what GSSAPI makes of it. */
function kerberosTrouble({ lines }: OpenSshLog): string | undefined {
  const index = lines.findLastIndex((line) => /^debug1: (No credentials were|Unspecified GSS)/.test(line));
  return index === -1 ? undefined : lines[index + 1]?.trim();
}

/** The reason why a key in a security key cannot be used. */
function unsigned(
  log: OpenSshLog,
  { key, given }: { readonly key: string; readonly given: GivenReplies },
): string {
  const trouble = signingTrouble(log);
  if (trouble?.key !== key) return '';
  switch (trouble.reason) {
    case 'device not found':
      return ', which no security key at this machine holds';
    case 'incorrect passphrase supplied to decrypt private key':
      return given.isPinGiven ? ', whose PIN is wrong' : ', whose PIN nobody is there to give';
    default:
      return `, for which the security key does not sign (${trouble.reason})`;
  }
}

interface SigningTrouble {
  readonly key: string;
  readonly reason: string;
  /** The reason is what ssh says of all that it knows nothing about. */
  readonly isUntold: boolean;
}

/** Why a security key did not sign for a key that the host would accept. */
function signingTrouble(log: OpenSshLog): SigningTrouble | undefined {
  const [, key, reason] =
    log.last(/^sign_and_send_pubkey: signing failed for \S+-SK "(.+)"(?: from agent)?: (.+)$/) ?? [];
  if (key === undefined || reason === undefined) return undefined;
  const provider = log.last(/^[Pp]rovider .+/)?.[0];
  const isUntold = provider === undefined && ['invalid format', 'agent refused operation'].includes(reason);
  return { key, reason: provider ?? reason, isUntold };
}

function hintFor(log: OpenSshLog, { ways, given }: Login): string | undefined {
  const { unanswered } = given;
  const trouble = kerberosTrouble(log);
  const isTrying = triedWays(log, { ways, given }).some((way) => way.startsWith('Kerberos ('));
  if (isTrying && trouble !== undefined && /credentials|expired/i.test(trouble)) return 'kinit gets a ticket';
  if (signingTrouble(log)?.isUntold === true) return 'it signs for one login at a time, when touched: -f 1';
  return loginHint(ways, {
    tried: [
      ...(offeredKeys(log).length > 0 ? ['publickey'] : []),
      ...(isKerberosTried(log) ? ['gssapi-keyex', 'gssapi-with-mic'] : []),
      ...(given.isPasswordGiven || given.hasAnswered ? ['password', 'keyboard-interactive'] : []),
    ],
    forKerberos: 'which ssh offers with GSSAPIAuthentication=yes',
    question: unanswered?.why === 'unwanted' ? unanswered.question : undefined,
  });
}
