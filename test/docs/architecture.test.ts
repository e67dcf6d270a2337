import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rooms } from '../support/rooms.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
);

describe('docs/architecture.md', () => {
  it('has every room, and no other', () => {
    const [, , table = ''] = page.split(/^## /m);
    const named = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);

    expect(named.toSorted()).toEqual(Object.keys(rooms).toSorted());
  });

  it('names functions where they are', () => {
    const places = [...page.matchAll(/`([\w/-]+\.ts):([\w.]+)`/g)].map(([, file = '', name = '']) => {
      const source = readFileSync(join(root, 'src', file), 'utf8');
      const isThere = name
        .split('.')
        .every((part) => new RegExp(`(function|class|const|async|^ {2})\\s*${part}\\b`, 'm').test(source));
      return isThere ? 'there' : `${file}:${name}`;
    });

    expect(places.length).toBeGreaterThan(10);
    expect(new Set(places)).toEqual(new Set(['there']));
  });

  it('names files and folders that are there', () => {
    const paths = [...page.matchAll(/`((?:[a-z-]+\/)+[\w.-]*)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !path.includes('NAME') && !path.startsWith('kvmplay/'));
    const missing = paths.filter(
      (path) => !existsSync(join(root, 'src', path)) && !existsSync(join(root, path)),
    );

    expect(paths.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('names commands that are there', () => {
    const called = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);

    expect(called.filter((name) => name === undefined || !scripts.includes(name))).toEqual([]);
  });
});
