import { ringLabsDown } from './ring-labs.ts';

export default async function tearDown(): Promise<void> {
  await ringLabsDown();
}
