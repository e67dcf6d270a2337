import { isIPv6 } from 'node:net';

import type { AskSecret } from './authentication.ts';
import { connectTimeoutError } from './connect-errors.ts';
import { backOff, type Handshakes } from './handshakes.ts';
import { shorter, sleep, withLimits, type OnCut, type Paused } from './limits.ts';
import { retryUnreachable } from './retry-unreachable.ts';
import { masterArguments } from './openssh-arguments.ts';
import { openSshConnection } from './openssh-connection.ts';
import { explainOpenSsh, loginName, revokedKeyError, type OpenSshFailure } from './openssh-errors.ts';
import type { OpenSshLog } from './openssh-log.ts';
import { startOpenSshMaster } from './openssh-master.ts';
import { openSshAnswers } from './openssh-secrets.ts';
import type { SshTarget } from './ssh-target.ts';
import type { Connection, ConnectOptions, Transport } from './transport.ts';

/** One host, and the ssh that reaches it. */
export interface OpenSshTarget extends SshTarget {
  /** Default: `ssh`. */
  readonly executable?: string;
}

/** What the hosts of a run share. */
export interface OpenSshShared {
  readonly handshakes: Handshakes;
  /** Asks a person for a passphrase or a PIN. */
  readonly askSecret?: AskSecret | undefined;
  /** Socket of the SSH agent; empty: none. Default: SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined;
  /** Files with host keys instead of those of ssh_config. */
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** A file instead of those of ssh_config. */
  readonly sshConfigFile?: string | undefined;
  /** Between 0 and 1. */
  readonly random: () => number;
}

const defaultConnectTimeout = 10_000;

/** A host without sshd shall not hold up the run. */
const fewRetries = 2;

/** Reaches a host over the ssh program: what ssh can, and what ssh_config says, counts. */
export function openSshTransport(target: OpenSshTarget, shared: OpenSshShared): Transport {
  const { name, destination, port } = target;
  const endpoint = port === undefined ? destination : `${bracketed(destination)}:${port}`;
  const subject = name === endpoint || (port === 22 && name === destination) ? name : `${name} (${endpoint})`;

  return {
    connect({
      signal,
      timeout: usual = defaultConnectTimeout,
      limit,
    }: ConnectOptions = {}): Promise<Connection> {
      const { connectTimeout: timeout = usual, retries = 0 } = target;
      const attempt: Attempt = { target, shared, subject };
      const started = performance.now();
      const timeoutErrorOf = (milliseconds: number) => (): Error => {
        const { log, lastFailure } = attempt;
        return connectTimeoutError(subject, milliseconds, {
          step: log?.step() ?? 'tcp',
          ...(lastFailure !== undefined && { lastFailure }),
        });
      };
      const connectOnce = (): Promise<Connection> =>
        shared.handshakes.for(endpoint)(() =>
          withLimits(
            { signal, timeout: shorter(timeout, limit, started), timeoutError: timeoutErrorOf(timeout) },
            (onTimeout, paused) => connectWithRetries(attempt, { onCut: onTimeout, paused }),
          ),
        );
      const limits = { signal, timeout: limit, timeoutError: timeoutErrorOf(limit ?? timeout) };
      return withLimits(limits, async (onCut) => {
        const connection = await retryUnreachable(connectOnce, { retries, onCut, random: shared.random });
        onCut(() => void connection.close());
        return connection;
      });
    },
  };
}

interface Attempt {
  readonly target: OpenSshTarget;
  readonly shared: OpenSshShared;
  readonly subject: string;
  /** Of the ssh that was started last. */
  log?: OpenSshLog;
  /** Why the one before it has ended. */
  lastFailure?: string;
}

interface Time {
  readonly onCut: OnCut;
  /** The time to connect is not for typing passphrases. */
  readonly paused: Paused;
}

async function connectWithRetries(attempt: Attempt, time: Time): Promise<Connection> {
  const { onCut } = time;
  const cut = { isCut: false };
  onCut(() => (cut.isCut = true));
  for (let failure = 0; ; failure++) {
    const outcome = await tryToConnect(attempt, time);
    if ('connection' in outcome) return outcome.connection;
    const { error, retry } = outcome.failure;
    if (cut.isCut || retry === 'never' || (retry === 'a few times' && failure >= fewRetries)) throw error;
    attempt.lastFailure = error.message;
    // When the wait is cut, the error of the cut has been thrown already.
    if (!(await sleep(backOff(failure, attempt.shared.random), onCut))) throw error;
  }
}

async function tryToConnect(
  attempt: Attempt,
  { onCut, paused }: Time,
): Promise<{ readonly connection: Connection } | { readonly failure: OpenSshFailure }> {
  const { target, shared, subject } = attempt;
  const { name, destination, password, executable = 'ssh' } = target;
  const answers = openSshAnswers({ password, askSecret: shared.askSecret });
  const master = await startOpenSshMaster({
    executable,
    argumentsFor: (controlPath) =>
      masterArguments({
        target,
        controlPath,
        knownHostsFiles: shared.knownHostsFiles,
        sshConfigFile: shared.sshConfigFile,
        isAttended: answers !== undefined,
      }),
    agentSocket: shared.agentSocket,
    answer: answers && ((question) => paused(answers.answer(question))),
  });
  attempt.log = master.log;
  onCut(() => void master.end());

  const isReady = await master.isReady;
  const { log } = master;
  const revoked = revokedKeyError({ subject, log });
  if (!isReady || revoked !== undefined) {
    await master.end();
    if (revoked !== undefined) return { failure: { error: revoked, retry: 'never' } };
    return {
      failure: explainOpenSsh({
        subject,
        destination,
        log,
        passwordOffered: answers?.passwordOffered() ?? false,
        unlockedKeys: answers?.unlockedKeys() ?? [],
      }),
    };
  }
  const user = loginName(log);
  const become = target.become?.user === user ? undefined : target.become;
  const who = user === undefined ? name : `${user}@${name}`;
  const { commandTimeout } = target;
  return { connection: openSshConnection({ master, executable, subject: who, become, commandTimeout }) };
}

function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
