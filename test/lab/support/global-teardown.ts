import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { env } from 'node:process';
import { labDown } from '../../../src/lab/index.ts';

export default async function tearDown(): Promise<void> {
  const folder = env['LAB_OF_RING'] ?? '';
  await labDown(folder);
  rmSync(dirname(folder), { recursive: true, force: true });
}
