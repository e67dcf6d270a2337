import { rmSync } from 'node:fs';
import { ringLabsUp } from './ring-labs.ts';

/** Two hosts: one for each layout of the fault matrix. */
export default async function setUp({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  rmSync('.reports/faults-matrix.json', { force: true });
  await ringLabsUp(maxWorkers, 2);
}
