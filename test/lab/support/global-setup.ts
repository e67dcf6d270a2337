import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { labUp } from '../../../src/lab/index.ts';

export default async function setUp(): Promise<void> {
  const folder = join(mkdtempSync(join(tmpdir(), 'kvmplay-ring-')), 'lab');
  env['LAB_OF_RING'] = folder;
  await labUp(folder, { hosts: 3 });
}
