import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const tests = join(import.meta.dirname, '..');
const { default: config } = (await import(join(tests, '..', 'jest.rooms.config.js'))) as {
  default: { testMatch: readonly string[]; globals: { rooms: Readonly<Record<string, readonly string[]>> } };
};

describe('the suites of the ring unit', () => {
  it('run every test file once', () => {
    const ofOtherRings = /^(terminal|protocol|wire|peers|lab|faults)\//;
    const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !ofOtherRings.test(file))
      .map((file) => join(tests, file));
    const suites = config.testMatch.filter((file) => !file.endsWith('.room.ts'));

    const run = [...suites, ...Object.values(config.globals.rooms).flat()];

    expect(run.sort()).toEqual(files.sort());
  });

  it('have a room for what is in no other', () => {
    expect(config.globals.rooms['rest']?.length).toBeGreaterThan(0);
  });
});
