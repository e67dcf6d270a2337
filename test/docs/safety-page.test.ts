import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { attacks, rows } from '../faults/support/rows.ts';

const root = join(import.meta.dirname, '..', '..');
const ring = join(root, 'test', 'faults');

/** The cells of the table, below its head. */
const table = readFileSync(join(root, 'docs', 'safety.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('docs/safety.md', () => {
  it('has the rows of the fault matrix; `npm run docs:safety` makes it so', () => {
    const all = [...Object.values(rows), ...Object.values(attacks)];

    expect(table.map(([fault, happens, proof]) => ({ fault, happens, proof }))).toEqual(
      // A page that was made before there were attacks lacks them as a whole.
      all.slice(0, Math.max(table.length, Object.keys(rows).length)),
    );
  });

  it('has figures in every row', () => {
    for (const [, , , reachable, files, guests] of table) {
      expect(reachable).toMatch(/^\d+\/\d+/);
      expect(files).toMatch(/\b0 mixed$/);
      expect(guests).toMatch(/^\d+\/\d+$/);
    }
  });
});

describe('the fault matrix', () => {
  const tests = readdirSync(ring)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(ring, file), 'utf8'))
    .join('\n');

  it.each(Object.keys({ ...rows, ...attacks }))('has a test that writes the figures of %s', (id) => {
    // Once in the title, once where its figures are written; a row of a table says it once for both.
    expect(tests).toMatch(
      new RegExp(`(expect(Before|Wanted|Done)|record)\\('${id}'|^ +'${id}',|, '${id}', `, 'm'),
    );
  });
});
