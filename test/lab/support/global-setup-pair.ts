import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { labUp } from '../../../src/lab/index.ts';

/** Two hosts: one for each layout of the fault matrix. */
export default async function setUp(): Promise<void> {
  rmSync('.reports/faults-matrix.json', { force: true });
  const folder = join(mkdtempSync(join(tmpdir(), 'kvmplay-faults-')), 'lab');
  env['LAB_OF_RING'] = folder;
  await labUp(folder, { hosts: 2 });
}
