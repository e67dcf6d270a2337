import { basename, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';

const folder = join(import.meta.dirname, '..', '..');

/** What jest.config.js and room-environment.mjs give to the suites of rooms. */
declare const globalThis: {
  /** Test files of each room. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly fillLastBlock: (define: () => Promise<void>) => Promise<void>;
};

/**
 * Defines the tests of all files of a room in one suite. A suite costs a fifth of a second before its first test, because
 * every module is linked anew; the files share that. Each file has a block of its own, so its hooks are its own.
 */
export async function room(suite: string): Promise<void> {
  for (const file of globalThis.rooms[basename(suite, '.room.ts')] ?? []) {
    describe(relative(folder, file), () => {});
    await globalThis.fillLastBlock(() => defineTests(file));
  }
}

async function defineTests(file: string): Promise<void> {
  try {
    await import(file);
  } catch (error) {
    it('can be loaded', () => {
      throw error;
    });
    return;
  }
  leaveProcessAsItWas();
}

/** The files of a room share one process: what one sets there is not for the next. */
function leaveProcessAsItWas(): void {
  let before: NodeJS.ProcessEnv = {};
  const cwd = process.cwd();
  beforeAll(() => {
    before = { ...process.env };
  });
  afterAll(() => {
    for (const name of Object.keys(process.env))
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    process.chdir(cwd);
  });
}
