import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { median } from './statistics.ts';

/** How long a program takes to start and end, in seconds. */
export interface StartTime {
  readonly least: number;
  readonly median: number;
}

export interface StartTimes {
  /** `node -e 0` */
  readonly node: StartTime;
  /** `kvmplay --version` */
  readonly kvmplay: StartTime;
}

export function measureStart(root: string, runs = 21): StartTimes {
  const commands = { node: ['-e', '0'], kvmplay: [join(root, 'dist', 'cli', 'main.js'), '--version'] };
  const walls = { node: [] as number[], kvmplay: [] as number[] };
  for (let run = 0; run < runs; run++) {
    walls.node.push(timeNode(commands.node));
    walls.kvmplay.push(timeNode(commands.kvmplay));
  }
  return { node: summarize(walls.node), kvmplay: summarize(walls.kvmplay) };
}

function timeNode(args: readonly string[]): number {
  const started = performance.now();
  const { status } = spawnSync(execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status ?? 'a signal'}`);
  return (performance.now() - started) / 1000;
}

function summarize(walls: readonly number[]): StartTime {
  return { least: Math.min(...walls), median: median(walls) };
}
