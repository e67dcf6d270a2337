import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { labDown, labUp } from '../../../src/lab/index.ts';

const most = 4;

/** Makes a lab for each worker of jest, so that test files run side by side and none meets the hosts of another. */
export async function ringLabsUp(workers: number, hosts: number): Promise<void> {
  if (workers > most) throw new Error(`each worker has a lab of its own: say --maxWorkers=${most} or less`);
  env['LABS_OF_RING'] = mkdtempSync(join(tmpdir(), 'kvmplay-ring-'));
  // The first one installs what labs need.
  for (let worker = 1; worker <= workers; worker += 1) await labUp(folderOf(worker), { hosts });
}

/** The folder of the lab of the worker that this runs in. */
export function ringLabFolder(): string {
  return folderOf(Number(env['JEST_WORKER_ID'] ?? 1));
}

/** Ends all labs of the ring. */
export async function ringLabsDown(): Promise<void> {
  for (let worker = 1; worker <= most; worker += 1) await labDown(folderOf(worker));
  rmSync(env['LABS_OF_RING'] ?? '', { recursive: true, force: true });
}

function folderOf(worker: number): string {
  return join(env['LABS_OF_RING'] ?? '', `lab-${worker}`);
}
