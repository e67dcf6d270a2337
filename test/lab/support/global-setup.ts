import { ringLabsUp } from './ring-labs.ts';

export default async function setUp({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  await ringLabsUp(maxWorkers, 3);
}
