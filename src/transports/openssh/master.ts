import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, kill } from 'node:process';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { answerAskpass, askpassEnvironment, writeAskpass } from '../login/askpass.ts';
import { guardian } from './guardian.ts';
import { readOpenSshLog, type OpenSshLog } from './log.ts';

/** An ssh that holds a connection and serves it to others over a socket. */
export interface OpenSshMaster {
  /** The socket. */
  readonly controlPath: string;
  readonly log: OpenSshLog;
  /** Resolves with true when it serves, and with false when it has ended instead. */
  readonly isReady: Promise<boolean>;
  /** True once it is known to have ended. */
  readonly isOver: () => boolean;
  /** Resolves when it has ended and its log is complete. */
  readonly hasEnded: Promise<void>;
  /** Ends it and all that belongs to it. */
  end(): Promise<void>;
}

export interface OpenSshMasterOptions {
  /** The ssh to start. */
  readonly executable: string;
  readonly argumentsFor: (controlPath: string) => readonly string[];
  /** Absent: ssh must not ask for secrets. */
  readonly answer?: ((question: OpenSshQuestion) => Promise<OpenSshReply>) | undefined;
  /** Socket of the SSH agent; empty: none. */
  readonly agentSocket?: string | undefined;
  /** Called with each line of the log. */
  readonly onLine: (line: string) => void;
}

/** A question of an ssh. */
export interface OpenSshQuestion {
  readonly prompt: string;
  /** True for the ssh that was started, false for its own child for a jump host. */
  readonly isOwn: boolean;
  /** Its log up to the question. */
  readonly log: OpenSshLog;
}

/** The reply to a question of ssh. `none` continues as if nothing had been typed. */
export type OpenSshReply = { readonly secret: string } | 'none' | 'hang up';

/** An ssh that does not end when told to is cut off after this long. */
const farewellTimeout = 500;

export async function startOpenSshMaster(options: OpenSshMasterOptions): Promise<OpenSshMaster> {
  const { executable, argumentsFor, answer, agentSocket, onLine } = options;
  const folder = await mkdtemp(join(parentFolder(), 'kvmplay-'));
  const controlPath = join(folder, 'm');
  if (answer !== undefined) await writeAskpass(folder);

  const child = spawn('sh', ['-c', guardian, 'kvmplay', folder, executable, ...argumentsFor(controlPath)], {
    stdio: 'pipe',
    detached: true,
    env: {
      ...env,
      ...(agentSocket !== undefined && { SSH_AUTH_SOCK: agentSocket }),
      ...(answer !== undefined && askpassEnvironment(folder)),
    },
  });
  // An ssh that has ended does not read its input.
  child.stdin.on('error', () => undefined);
  let isOver = false;
  const hasExited = new Promise<void>((resolve) => {
    const onEnd = (): void => {
      isOver = true;
      resolve();
    };
    child.once('exit', onEnd);
    child.once('error', onEnd);
  });

  let stopAnswering = (): void => undefined;
  let isEnding = false;
  child.stdout.once('data', (chunk: Buffer) => {
    if (answer === undefined || isEnding) return;
    const own = Number(chunk.toString().trim());
    stopAnswering = answerAskpass(folder, async ({ prompt, processId }) => {
      // Its earlier output comes over another pipe, so it may arrive a moment later.
      await nextTurn();
      await nextTurn();
      const given = await answer({ prompt, isOwn: processId === own, log });
      if (typeof given === 'object') return given.secret;
      if (given === 'hang up') {
        await end();
        await new Promise(() => undefined);
      }
      return undefined;
    });
  });

  const hasEnded = hasExited.then(() => drained(child.stderr));
  let onReady = (): void => undefined;
  const isReady = new Promise<boolean>((resolve) => {
    onReady = () => resolve(true);
    void hasEnded.then(() => resolve(false));
  });
  const log = readOpenSshLog(child.stderr, (line) => {
    onLine(line);
    // Jump hosts may have masters of their own, which say the same of other sockets.
    if (!line.startsWith('debug1: channel ') || !line.includes(`[${controlPath}]`)) return;
    stopAnswering();
    onReady();
  });

  const end = async (): Promise<void> => {
    isEnding = true;
    stopAnswering();
    child.stdin.end();
    const impatience = setTimeout(() => endGroup(child.pid), farewellTimeout);
    await hasExited;
    clearTimeout(impatience);
    child.stderr.destroy();
  };
  void hasEnded.then(end);
  return { controlPath, log, isReady, isOver: () => isOver, hasEnded, end };
}

/** The address of a socket takes 104 bytes on some systems, and ssh adds 17 to the name for a moment. */
function parentFolder(): string {
  return tmpdir().length > 70 ? '/tmp' : tmpdir();
}

/** A master that a jump host keeps for other programs holds the output open: what is not there soon does not come. */
async function drained(output: Readable): Promise<void> {
  if (!output.readableEnded && !output.destroyed) await Promise.race([once(output, 'close'), delay(200)]);
}

function endGroup(processId: number | undefined): void {
  if (processId === undefined) return;
  try {
    kill(-processId, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
