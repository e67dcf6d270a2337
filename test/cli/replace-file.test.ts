import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refuseUnwritable, writePrivate } from '../../src/cli/journal/plan-file.ts';
import { replaceFile } from '../../src/cli/replace-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kvmplay-replace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('replaceFile', () => {
  it('leaves nothing but the file, for its owner alone', () => {
    const file = join(folder, 'p.json');

    replaceFile(file, 'plan');

    expect(readdirSync(folder)).toEqual(['p.json']);
    expect(readFileSync(file, 'utf8')).toBe('plan');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('replaces a symbolic link and leaves what it leads to', () => {
    writeFileSync(join(folder, 'other'), 'other');
    symlinkSync('other', join(folder, 'p.json'));

    replaceFile(join(folder, 'p.json'), 'plan');

    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('other');
    expect(readFileSync(join(folder, 'p.json'), 'utf8')).toBe('plan');
  });

  it('leaves nothing when it cannot', () => {
    mkdirSync(join(folder, 'p.json', 'x'), { recursive: true });

    expect(() => replaceFile(join(folder, 'p.json'), 'plan')).toThrow();
    expect(readdirSync(folder)).toEqual(['p.json']);
  });

  it('takes a name of any length', () => {
    const name = `${'x'.repeat(250)}.json`;

    replaceFile(join(folder, name), 'plan');

    expect(readdirSync(folder)).toEqual([name]);
  });
});

describe('a plan', () => {
  it('is written beside the files of the user, whatever their names', async () => {
    const file = join(folder, 'p.json');
    writeFileSync(join(folder, 'secret'), 'secret');
    writeFileSync(`${file}.txt.tmp`, 'mine');
    symlinkSync('secret', `${file}.tmp`);

    await refuseUnwritable(file);
    writePrivate(file, 'plan');
    writePrivate(`${file}.txt`, 'text');

    expect(readdirSync(folder).sort()).toEqual([
      'p.json',
      'p.json.tmp',
      'p.json.txt',
      'p.json.txt.tmp',
      'secret',
    ]);
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('secret');
    expect(readFileSync(`${file}.txt.tmp`, 'utf8')).toBe('mine');
  });
});
