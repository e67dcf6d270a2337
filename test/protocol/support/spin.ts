import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { needPrograms } from '../../support/packages.ts';

const run = promisify(execFile);

/** How one exploration of the model went. */
export interface Exploration {
  /** `held`: no order of the actors breaks a property. `lost`: one does. `unfinished`: no loss in the time there was. */
  readonly verdict: 'held' | 'lost' | 'unfinished';
  /** States visited, each once. */
  readonly states: number;
  readonly seconds: number;
}

/** Installs spin, and the compiler that its programs need. */
export function needSpin(): Promise<void> {
  return needPrograms({ spin: 'spin', gcc: 'gcc', '/usr/include/stdio.h': 'libc6-dev' });
}

export function readModel(): Promise<string> {
  return readFile(join('test', 'protocol', 'transaction.pml'), 'utf8');
}

/**
 * Has spin try every order of the actors that `flags` choose, for some seconds at most. A model in which a loss is soon found
 * is not worth an optimizing compiler.
 */
export async function explore(
  model: string,
  flags: string,
  { seconds = 1200, optimization = '-O1' } = {},
): Promise<Exploration> {
  const folder = await mkdtemp(join(tmpdir(), 'kvmplay-model-'));
  try {
    await writeFile(join(folder, 'transaction.pml'), model);
    const words = flags.split(' ').filter(Boolean);
    await run('spin', [...words, '-a', 'transaction.pml'], { cwd: folder });
    // `unless` and the timeouts of the monitor forbid partial order reduction.
    const options = [
      optimization,
      '-w',
      '-DSAFETY',
      '-DNOREDUCE',
      '-DCOLLAPSE',
      '-DVECTORSZ=512',
      '-DMEMLIM=6000',
    ];
    await run('gcc', [...options, '-o', 'pan', 'pan.c'], { cwd: folder });
    return await explored(folder, seconds);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function explored(cwd: string, seconds: number): Promise<Exploration> {
  const started = performance.now();
  const output = await run('nice', ['timeout', '-s', 'INT', String(seconds), './pan', '-E', '-m100000'], {
    cwd,
    maxBuffer: 16 * 1024 * 1024,
  }).then(
    ({ stdout }) => stdout,
    (error: unknown) => printedBy(error),
  );
  const number = (expression: RegExp): number => Number(expression.exec(output)?.[1] ?? Number.NaN);
  const errors = number(/errors: (\d+)/);
  const isWhole = !/interrupted|max search depth too small|memory limit|out of memory/.test(output);
  return {
    verdict: errors > 0 ? 'lost' : errors === 0 && isWhole ? 'held' : 'unfinished',
    states: number(/([\d.e+]+) states, stored/),
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
}

/** The text that a program had printed when it ended with an error; `timeout` ends so. */
function printedBy(error: unknown): string {
  if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
  throw error;
}
