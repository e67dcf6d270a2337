import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import type { CommandResult } from '../model/host.ts';
import { hostPathsOf } from './layout.ts';
import { isOn } from './machine.ts';
import type { HostState } from './state.ts';

/**
 * Runs a script as root on a host without its network: the script lies in a folder that both sides see, a line on the host's
 * serial port announces it, and the result comes back through the folder.
 */
export async function runOnHost(
  directory: string,
  host: HostState,
  request: { readonly script: string; readonly timeout: number },
): Promise<CommandResult> {
  const paths = hostPathsOf(directory, host.name);
  const id = randomUUID();
  const stem = join(paths.requests, id);
  await writeFile(`${stem}.script`, request.script);
  ring(paths.doorbell, id);
  try {
    await waitForAnswer(`${stem}.code`, request.timeout, { directory, host });
    const [code, stdout, stderr] = await Promise.all(
      ['code', 'stdout', 'stderr'].map((part) => readFile(`${stem}.${part}`, 'utf8')),
    );
    return { code: Number(code), stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    await Promise.all(
      ['script', 'code', 'stdout', 'stderr'].map((part) => rm(`${stem}.${part}`, { force: true })),
    );
  }
}

/** A short line is written to a pipe in one piece, so several controllers may ring at once. */
function ring(doorbell: string, id: string): void {
  const file = openSync(doorbell, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(file, `${id}\n`);
  closeSync(file);
}

async function waitForAnswer(
  answer: string,
  timeout: number,
  { directory, host }: { readonly directory: string; readonly host: HostState },
): Promise<void> {
  const deadline = Date.now() + timeout;
  for (let pause = 2; !existsSync(answer); pause = Math.min(pause * 1.5, 50)) {
    if (!isOn(directory, host)) throw new LabError(`${host.name} is switched off`);
    if (Date.now() > deadline) throw new LabError(`${host.name} did not answer within ${timeout / 1000} s`);
    await sleep(pause);
  }
}
