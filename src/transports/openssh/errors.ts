import { HostKeyError, UnreachableError } from '../../errors.ts';
import { hangUpPlaces } from '../connect-errors.ts';
import { forgetCommand, scanCommand, type RecordName } from '../host-keys/host-key.ts';
import type { OpenSshLog } from './log.ts';
import { authenticationError } from './login.ts';
import type { GivenReplies } from './secrets.ts';

export interface FailedOpenSsh {
  /** `kvm1 (10.0.0.1:2222)`, for messages. */
  readonly subject: string;
  /** The host's address in the inventory. */
  readonly destination: string;
  readonly log: OpenSshLog;
  /** The replies that ssh got to its questions. */
  readonly given: GivenReplies;
  /** The bastion that it went over, and why that did not connect to the host, as far as it says so. */
  readonly bastion?: { readonly name: string; readonly refusal: string | undefined } | undefined;
}

/** Why an ssh that should have connected has ended, in one sentence, and whether another attempt may help. */
export interface OpenSshFailure {
  readonly error: Error;
  readonly retry: 'never' | 'a few times' | 'always';
}

/** Reads it from the log: ssh has one exit code for everything. */
export function explainOpenSsh(failed: FailedOpenSsh): OpenSshFailure {
  const { subject, destination, log, bastion } = failed;
  const unreachable = (message: string, retry: OpenSshFailure['retry'] = 'never'): OpenSshFailure => ({
    error: new UnreachableError(message, { details: log.complaints() }),
    retry,
  });

  const program = log.last(/^kvmplay: no program (.*)$/)?.[1];
  if (program !== undefined)
    return unreachable(`${program}, the program that should reach ${subject}, does not exist`);
  const final: Error | undefined = hostKeyError(failed) ?? authenticationError(failed);
  if (final !== undefined) return { error: final, retry: 'never' };

  const option = log.last(
    /Bad configuration option: .*|unknown option -- .*|^.*terminating, \d+ bad configuration options/,
  )?.[0];
  if (option !== undefined)
    return unreachable(`ssh does not accept how it should reach ${subject}: ${option}`);
  const name = log.last(/Could not resolve hostname (\S+): /i)?.[1];
  if (name !== undefined)
    return unreachable(
      name === destination.toLowerCase() || name === destination
        ? `${destination}, the address of ${subject}, does not resolve`
        : `${name}, on the way to ${subject}, does not resolve`,
    );
  const missing = log.last(/no matching (.+) found/)?.[1];
  if (missing !== undefined) return unreachable(`${subject} and ssh have no ${missing} in common`);

  if (bastion?.refusal?.startsWith('administratively prohibited') === true)
    return unreachable(`${bastion.name} does not forward to ${subject}: ${bastion.refusal}`);
  const refusal = log.last(/connect to host (\S+) port (\S+): (.+)$|open failed: (?:connect failed: )?(.+)$/);
  const reason = bastion?.refusal?.replace(/^connect failed: /, '') ?? refusal?.[3] ?? refusal?.[4];
  switch (reason) {
    case undefined:
      break;
    case 'Name or service not known':
      return unreachable(`${destination}, the address of ${subject}, does not resolve`);
    case 'Connection refused':
      return unreachable(`${subject} refuses connections: no sshd listens there`, 'a few times');
    case 'No route to host':
    case 'Network is unreachable':
      return unreachable(`no route leads to ${subject}`);
    default:
      return unreachable(`${subject} does not answer (${reason})`);
  }
  if (log.last(hangUp) !== undefined) {
    const step = log.step();
    const said = log.complaints().filter((line) => !hangUp.test(line));
    if (bastion !== undefined && said.some((line) => line.startsWith('Stdio forwarding request failed')))
      return unreachable(`${bastion.name} does not connect to ${subject}`, 'a few times');
    if (step === 'tcp' && said.length > 0 && log.last(/^debug1: Executing proxy command: /) !== undefined)
      return unreachable(`the ProxyCommand of ${subject} ends: ${said.at(-1) ?? ''}`, 'a few times');
    const place = hangUpPlaces[step === 'tcp' ? 'greeting' : step];
    return unreachable(`${subject} hangs up ${place}`, step === 'login' ? 'never' : 'always');
  }
  return unreachable(
    `${subject} is not reached by ssh: ${log.complaints().at(-1) ?? 'it says nothing about why'}`,
  );
}

const hangUp =
  /kex_exchange_identification: |Connection (closed|reset) by |Connection to \S+ closed|banner exchange: |Connection timed out during/;

/** Under the policy `no` ssh goes on with a revoked key, and only says so. */
export function revokedKeyError({
  subject,
  log,
}: Pick<FailedOpenSsh, 'subject' | 'log'>): HostKeyError | undefined {
  if (log.last(/WARNING: REVOKED HOST KEY DETECTED!/) === undefined) return undefined;
  const file = log.last(/marked as revoked in (.+?)\.?$|revoked in (.+?)\.?$/)?.[1];
  const place = file === undefined ? 'a known_hosts file' : file;
  return new HostKeyError(`${subject} shows the host key ${shownKey(log)}, which ${place} revokes`, {
    details: log.complaints(),
  });
}

function hostKeyError(failed: FailedOpenSsh): HostKeyError | undefined {
  const { subject, log } = failed;
  const revoked = revokedKeyError(failed);
  if (revoked !== undefined) return revoked;
  if (log.last(/^Host key verification failed\./) === undefined) return undefined;
  const fail = (message: string): HostKeyError => new HostKeyError(message, { details: log.complaints() });

  const changed = log.last(/^Host key for (\S+) has changed/)?.[1];
  if (changed !== undefined) {
    const [, place, file] = log.last(/^Offending .*key.* in ((.+):\d+)$/) ?? [];
    const forget = forgetCommand(nameOf(changed), file);
    return fail(
      `${subject} shows the host key ${shownKey(log)}, but ${place ?? 'a known_hosts file'} holds another for ${changed}: somebody may be in between, or the host was reinstalled; in that case forget the old key with: ${forget}`,
    );
  }
  const unknown = log.last(/^No \S+ host key is known for (\S+) and/)?.[1];
  if (unknown !== undefined) {
    const scan = scanCommand(nameOf(unknown));
    return fail(
      `${subject} shows the host key ${shownKey(log)}, and there is none on record for ${unknown}; check the fingerprint and add the key with: ${scan} >> ~/.ssh/known_hosts, or trust new hosts with --host-key-checking accept-new`,
    );
  }
  return fail(
    `ssh does not trust the host key of a host on the way to ${subject}: it shows ${shownKey(log)}; connect there once by hand, or put its key on record`,
  );
}

function shownKey(log: OpenSshLog): string {
  return log.last(/^debug1: Server host key: (\S+ \S+)/)?.[1] ?? 'that it has';
}

/** `[10.0.0.1]:2222` or `10.0.0.1` */
function nameOf(text: string): RecordName {
  const [, name = text, port = '22'] = /^\[(.+)\]:(\d+)$/.exec(text) ?? [];
  return { name, port: Number(port) };
}
