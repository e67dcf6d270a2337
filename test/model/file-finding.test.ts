import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { whyUnreadable, whyUnwritable } from '../../src/model/file-finding.ts';

const nowhere = join(tmpdir(), 'kvmplay-nowhere', 'file');

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('whyUnreadable', () => {
  it.each([
    ['a missing file', thrownBy(() => readFileSync(nowhere)), 'does not exist'],
    ['a folder', thrownBy(() => readFileSync(tmpdir())), 'is a folder and should be a file'],
    [
      'a file for others',
      Object.assign(new Error("EACCES: permission denied, open '/etc/shadow'"), { code: 'EACCES' }),
      'cannot be read: permission denied',
    ],
    ['what no system call said', 'broken', 'cannot be read: broken'],
  ])('says %s in a few words', (_, error, finding) => {
    expect(whyUnreadable(error)).toBe(finding);
  });
});

describe('whyUnwritable', () => {
  it.each([
    [
      'a missing folder',
      thrownBy(() => writeFileSync(nowhere, '')),
      'cannot be written: its folder does not exist',
    ],
    ['a folder', thrownBy(() => writeFileSync(tmpdir(), '')), 'is a folder and should be a file'],
    [
      'a full disk',
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      'cannot be written: no space left on device',
    ],
  ])('says %s in a few words', (_, error, finding) => {
    expect(whyUnwritable(error)).toBe(finding);
  });
});
