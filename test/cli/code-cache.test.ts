import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepCompiledCode } from '../../src/cli/code-cache.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kvmplay-code-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Where a Node that can keep compiled code was told to. */
function foldersOf(env: Readonly<Record<string, string>>): readonly string[] {
  const folders: string[] = [];
  keepCompiledCode(env, { enableCompileCache: (folder) => folders.push(folder) });
  return folders;
}

describe('keepCompiledCode', () => {
  it('keeps it where only its owner may write', () => {
    const folder = join(home, '.cache', 'kvmplay', 'code');

    expect(foldersOf({ HOME: home })).toEqual([folder]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(foldersOf({ HOME: home })).toEqual([folder]);
  });

  it('follows XDG_CACHE_HOME', () => {
    expect(foldersOf({ HOME: '/nowhere', XDG_CACHE_HOME: home })).toEqual([join(home, 'kvmplay', 'code')]);
  });

  it('does not where others may write', () => {
    mkdirSync(join(home, 'kvmplay', 'code'), { recursive: true });
    chmodSync(join(home, 'kvmplay', 'code'), 0o777);

    expect(foldersOf({ XDG_CACHE_HOME: home })).toEqual([]);
  });

  it('does not where there can be no folder, and says nothing', () => {
    writeFileSync(join(home, '.cache'), '');

    expect(foldersOf({ HOME: home })).toEqual([]);
  });

  it('makes no folder for a Node that cannot', () => {
    keepCompiledCode({ HOME: home }, {});

    expect(existsSync(join(home, '.cache'))).toBe(false);
  });
});
