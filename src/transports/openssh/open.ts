import { bracketed } from '../../model/ip.ts';
import { connectTimeoutError } from '../connect-errors.ts';
import { backOff } from '../handshakes.ts';
import { shorter, sleep, withLimits, type OnCut, type Paused } from '../limits.ts';
import { retryUnreachable } from '../retry-unreachable.ts';
import { forwardedTo, masterArguments } from './arguments.ts';
import type { BastionLease, OpenSshRoute } from './bastions.ts';
import { explainOpenSsh, revokedKeyError, type OpenSshFailure } from './errors.ts';
import type { OpenSshLog } from './log.ts';
import { startOpenSshMaster, type OpenSshMaster } from './master.ts';
import { noReplies, openSshReplies } from './secrets.ts';
import type { OpenSshShared } from './openssh.ts';
import { watchTouches } from './touch.ts';
import type { ConnectOptions } from '../transport.ts';

const defaultConnectTimeout = 10_000;

/** A host without sshd shall not hold up the run. */
const fewRetries = 2;

/** Opens a connection to a host, behind a bastion or not, trying again what is worth it. */
export function openMaster(
  route: OpenSshRoute,
  shared: OpenSshShared,
  { signal, timeout: usual, limit }: ConnectOptions,
): Promise<OpenSshMaster> {
  const { target, via, usualConnectTimeout = defaultConnectTimeout } = route;
  const { name, destination, port, connectTimeout = usual, retries = 0 } = target;
  const timeout = connectTimeout ?? usualConnectTimeout;
  const endpoint = port === undefined ? destination : `${bracketed(destination)}:${port}`;
  const isPlain = name === endpoint || (port === 22 && name === destination);
  const way = via === undefined ? '' : ` over ${via.target.name}`;
  const subject = isPlain && way === '' ? name : `${name} (${endpoint}${way})`;

  const attempt: Attempt = { route, shared, subject };
  const started = performance.now();
  const timeoutErrorOf = (milliseconds: number) => (): Error => {
    const { log, lastFailure } = attempt;
    return connectTimeoutError(subject, milliseconds, {
      step: log?.step() ?? 'tcp',
      ...(lastFailure !== undefined && { lastFailure }),
    });
  };
  const connectOnce = (): Promise<OpenSshMaster> =>
    shared.handshakes.for(endpoint, { isUrgent: limit !== undefined })(() =>
      withLimits(
        { signal, timeout: shorter(timeout, limit, started), timeoutError: timeoutErrorOf(timeout) },
        (onTimeout, paused) => connectWithRetries(attempt, { onCut: onTimeout, paused }),
      ),
    );
  const limits = { signal, timeout: limit, timeoutError: timeoutErrorOf(limit ?? timeout) };
  return withLimits(limits, async (onCut) => {
    const master = await retryUnreachable(connectOnce, { retries, onCut, random: shared.random });
    onCut(() => void master.end());
    return master;
  });
}

interface Attempt {
  readonly route: OpenSshRoute;
  readonly shared: OpenSshShared;
  readonly subject: string;
  /** The log of the ssh that was started last. */
  log?: OpenSshLog;
  /** Why the one before it has ended. */
  lastFailure?: string;
}

interface Time {
  readonly onCut: OnCut;
  /** The time to connect is not for typing passphrases. */
  readonly paused: Paused;
}

async function connectWithRetries(attempt: Attempt, time: Time): Promise<OpenSshMaster> {
  const { onCut } = time;
  const cut = { isCut: false };
  onCut(() => (cut.isCut = true));
  for (let failure = 0; ; failure++) {
    const outcome = await tryToConnect(attempt, time);
    if ('master' in outcome) return outcome.master;
    const { error, retry } = outcome.failure;
    if (cut.isCut || retry === 'never' || (retry === 'a few times' && failure >= fewRetries)) throw error;
    attempt.lastFailure = error.message;
    // When the wait is cut, the error of the cut has been thrown already.
    if (!(await sleep(backOff(failure, attempt.shared.random), onCut))) throw error;
  }
}

async function tryToConnect(
  attempt: Attempt,
  time: Time,
): Promise<{ readonly master: OpenSshMaster } | { readonly failure: OpenSshFailure }> {
  const { route, shared, subject } = attempt;
  const { via } = route;
  if (via === undefined) return startMaster(attempt, time, undefined);
  // The time to connect to the host is not spent on the bastion, which has its own.
  const lease = await time.paused(shared.bastions.acquire(via, subject));
  time.onCut(lease.release);
  let outcome;
  try {
    outcome = await startMaster(attempt, time, lease);
  } catch (error) {
    lease.release();
    throw error;
  }
  if ('master' in outcome) {
    lease.arrived();
    void outcome.master.hasEnded.then(lease.release);
  } else {
    lease.release();
  }
  return outcome;
}

async function startMaster(
  attempt: Attempt,
  { onCut, paused }: Time,
  lease: BastionLease | undefined,
): Promise<{ readonly master: OpenSshMaster } | { readonly failure: OpenSshFailure }> {
  const { route, shared, subject } = attempt;
  const { target, via, hasOwnRecord = false, asksForPassword = false, preferredMethods } = route;
  const { destination, password, executable = 'ssh' } = target;
  const replies = openSshReplies({
    name: target.name,
    password,
    askSecret: shared.askSecret,
    asksQuestions: asksForPassword || preferredMethods?.[0] === 'keyboard-interactive',
  });
  const touches = watchTouches({
    onWait: (key, isOver) => {
      shared.tellPerson?.(`${target.name}: touch the security key of ${key}`);
      void paused(isOver);
    },
  });
  const master = await startOpenSshMaster({
    executable,
    argumentsFor: (controlPath) =>
      masterArguments({
        target,
        controlPath,
        proxyCommand: lease?.proxyCommand,
        knownHostsFiles: hasOwnRecord ? undefined : shared.knownHostsFiles,
        sshConfigFile: shared.sshConfigFile,
        isAttended: replies !== undefined,
        choosesMethods: !asksForPassword && preferredMethods === undefined,
      }),
    agentSocket: shared.agentSocket,
    answer: replies && ((question) => paused(replies.answer(question))),
    onLine: touches.onLine,
  });
  attempt.log = master.log;
  void master.hasEnded.then(touches.end);
  onCut(() => void master.end());

  const isReady = await master.isReady;
  const { log } = master;
  const revoked = revokedKeyError({ subject, log });
  if (!isReady || revoked !== undefined) {
    await master.end();
    if (revoked !== undefined) return { failure: { error: revoked, retry: 'never' } };
    const to = forwardedTo(log);
    const isRefused = lease !== undefined && to !== undefined && log.last(/^Stdio forwarding request failed/);
    const refusal = isRefused ? await lease.refusal(to) : undefined;
    return {
      failure: explainOpenSsh({
        subject,
        destination,
        log,
        given: replies?.given() ?? noReplies,
        bastion: via && { name: via.target.name, refusal },
      }),
    };
  }
  return { master };
}
