import { kill } from 'node:process';

/** Whether a process is there. */
export function isRunning(id: number): boolean {
  try {
    kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
