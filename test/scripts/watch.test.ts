import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';

// A runner of tests is started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');

function watch(...words: readonly string[]): { readonly code: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/watch.mjs', ...words], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { code: status, stderr };
}

describe('npm run watch', () => {
  it('names the rooms when there is none of that name', () => {
    const { code, stderr } = watch('kitchen');

    expect(code).toBe(2);
    expect(stderr).toMatch(/^there is no room kitchen: .*\bengine, .*\bwire\n$/);
  });

  it.each(['nics', 'src/nics', 'test/nics/'])('takes %s for a room', (name) => {
    const { code, stderr } = watch(name, '--once');

    expect(code).toBe(0);
    expect(stderr).toMatch(/Test Suites: [1-9]\d* passed/);
  });
});
