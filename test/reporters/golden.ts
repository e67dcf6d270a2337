import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { expect } from '@jest/globals';

/** Compares a whole report with its file. `UPDATE_GOLDEN=1` writes the file, to be read before it is committed. */
export async function expectGolden(name: string, text: string): Promise<void> {
  const file = join(import.meta.dirname, `${name}.golden`);
  if (env.UPDATE_GOLDEN === '1') {
    await writeFile(file, text);
  }
  expect(text).toBe(await readFile(file, 'utf8'));
}
