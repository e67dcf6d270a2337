import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { commands } from '../../src/cli/commands/index.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(root, name)),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name)),
];
const options = new Set(
  commands.flatMap(({ spec }) =>
    Object.entries(spec.options).flatMap(([name, option]) => [name, ...(option.also ?? [])]),
  ),
);
for (const name of ['help', 'version']) options.add(name);

/** As GitHub makes them of headings. */
function anchorsOf(page: string): readonly string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

describe('the pages', () => {
  it('link to pages and headings that are there', () => {
    const broken = pages.flatMap((page) => {
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
      return links.flatMap(([link, path = '', anchor]) => {
        const target = path === '' ? page : join(dirname(page), path);
        const isThere = existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
        return isThere ? [] : [`${relative(root, page)}: ${link}`];
      });
    });

    expect(broken).toEqual([]);
  });

  it('name no option of kvmplay that is not there', () => {
    const strange = pages.flatMap((page) => {
      const calls = [...readFileSync(page, 'utf8').matchAll(/\bkvmplay [a-z]+(?: [^`\n]*)?/g)];
      return calls.flatMap(([call]) => {
        // What follows a pipe or `--` is another program's.
        const [own = ''] = call.split(/ \| | -- |;|#/);
        const named = [...own.matchAll(/(?<= )--([a-z][\w-]*)/g)].map(([, name = '']) => name);
        return named.some((name) => !options.has(name)) ? [`${relative(root, page)}: ${call}`] : [];
      });
    });

    expect(strange).toEqual([]);
  });
});
