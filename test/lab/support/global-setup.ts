import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { labUp } from '../../../src/lab/index.ts';

export default async function setUp(): Promise<void> {
  const folder = join(mkdtempSync(join(tmpdir(), 'kvmplay-ring-')), 'lab');
  env['KVMPLAY_RING_LAB'] = folder;
  await labUp(folder, { hosts: 3 });
}
