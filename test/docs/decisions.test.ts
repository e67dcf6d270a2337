import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const folder = join(docs, 'decisions');
const files = readdirSync(folder).filter((file) => file !== 'README.md');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

describe('the decisions', () => {
  it('are each listed by date, title and whether another took its place', () => {
    const lines = files.map((file) => {
      const text = read(file);
      const [, title = 'no title'] = /^# (.+)$/m.exec(text) ?? [];
      const [, date = 'no date'] = /^Decided: (\d{4}-\d\d-\d\d)$/m.exec(text) ?? [];
      return `- ${date} [${title}](${file})${/^Superseded by: /m.test(text) ? ', superseded' : ''}`;
    });

    expect(
      read('README.md')
        .match(/^- .*$/gm)
        ?.sort(),
    ).toEqual(lines.sort());
  });

  it('name the one that took their place', () => {
    const successors = files.flatMap((file) => /^Superseded by: (.*)$/m.exec(read(file))?.slice(1) ?? []);

    expect(successors.filter((link) => !files.some((file) => link.endsWith(`](${file})`)))).toEqual([]);
  });

  it('are written nowhere else', () => {
    expect(readFileSync(join(docs, 'design-decisions.md'), 'utf8')).not.toMatch(/^## /m);
  });
});
