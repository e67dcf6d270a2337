import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { CommandError, ConnectionLostError } from '../../errors.ts';
import type { CommandResult } from '../../model/host.ts';
import { planLaunch, type BecomeSettings } from '../login/become.ts';
import { takeEndMark, withEndMark } from '../script/end-mark.ts';
import type { OnCut } from '../limits.ts';
import { clientArguments } from './arguments.ts';
import type { OpenSshMaster } from './master.ts';
import { runScript } from '../script/run-script.ts';
import { scriptChannels } from '../script/script-channels.ts';
import type { Connection } from '../transport.ts';

export interface OpenSshLine {
  readonly master: OpenSshMaster;
  readonly executable: string;
  /** `admin@kvm1`, for messages. */
  readonly subject: string;
  readonly become: BecomeSettings | undefined;
  readonly commandTimeout: number | undefined;
}

/** ssh's own exit code when something is wrong with the connection. */
const trouble = 255;

/** Milliseconds for the master to end, since a script may notice a lost connection sooner than it. */
const lastWordsTimeout = 500;

/** Each script is an ssh of its own, which hands its work to the one that holds the connection. */
export function openSshConnection({
  master,
  executable,
  subject,
  become,
  commandTimeout,
}: OpenSshLine): Connection {
  let isClosed = false;
  let isOver = false;
  void master.hasEnded.then(() => (isOver = true));

  const lost = (): ConnectionLostError => {
    if (isClosed) return new ConnectionLostError(`the connection to ${subject} is closed`);
    const reason = master.log.complaints().at(-1);
    return new ConnectionLostError(
      `the connection to ${subject} was lost${reason === undefined ? '' : `: ${reason}`}`,
    );
  };

  const run = async (script: string, maxOutput: number | undefined, onCut: OnCut): Promise<CommandResult> => {
    if (isClosed || isOver) throw lost();
    const nonce = randomBytes(8).toString('hex');
    const mark = `kvmplay-end-${nonce}`;
    const launch = await planLaunch(become, nonce);
    const command = withEndMark(launch.command, mark);
    // A group of its own: an interrupt typed at the terminal is for kvmplay alone.
    const child = spawn(executable, clientArguments(master.controlPath, command), {
      stdio: 'pipe',
      detached: true,
    });
    onCut(() => child.kill());

    const events = new EventEmitter();
    let code: number | undefined;
    const onCode = (end: number): void => {
      code ??= end;
      events.emit('exit', code, null);
    };
    let refusal: string | undefined;
    child.stderr.on('data', (chunk: Buffer) => {
      refusal ??= /session request failed: (.+)/.exec(chunk.toString())?.[1];
    });
    const stderr = child.stderr.pipe(takeEndMark(mark, onCode));
    child.once('error', () => undefined);
    child.once('close', (exitCode: number | null) => {
      // The code of a login shell that did not let the script start.
      if (code === undefined && exitCode !== null && exitCode !== trouble) onCode(exitCode);
      const isLost = code === undefined && refusal === undefined;
      const lastWords = isLost ? Promise.race([master.hasEnded, delay(lastWordsTimeout)]) : Promise.resolve();
      void lastWords.then(() => events.emit('close'));
    });
    const process = { events, stdin: child.stdin, stdout: child.stdout, stderr };
    const noCode = (): Error =>
      refusal === undefined ? lost() : new CommandError(`${subject} refuses a session: ${refusal}`);
    const result = runScript(process, { launch, script, subject, lost: noCode, maxOutput });
    return result.finally(() => child.kill());
  };

  return {
    ...(commandTimeout !== undefined && { commandTimeout }),
    exec: scriptChannels(subject, run),
    close(): Promise<void> {
      isClosed = true;
      return master.end();
    },
  };
}
