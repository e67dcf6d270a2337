import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { usesColour } from '../../src/cli/io.ts';
import { readSecret } from '../../src/cli/hosts/secrets.ts';
import { fakeIo } from './fake-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-io-'));
writeFileSync(join(folder, 'password'), 'secret word\nsecond line\n');
writeFileSync(join(folder, 'empty'), '\n');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('usesColour', () => {
  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal without colours', true, { TERM: 'dumb' }, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['a pipe with both', false, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('decides for %s', (_, isTTY, env, expected) => {
    expect(usesColour({ isTTY }, env)).toBe(expected);
  });
});

describe('readSecret', () => {
  const none = { ask: false, prompt: 'Password: ', file: undefined };

  it('takes the first line of a file', async () => {
    expect(await readSecret({ ...none, file: 'password' }, fakeIo({ cwd: folder }))).toBe('secret word');
  });

  it('asks on the terminal', async () => {
    const io = fakeIo({ askSecret: (prompt) => Promise.resolve(`answer to ${prompt}`) });

    expect(await readSecret({ ...none, ask: true }, io)).toBe('answer to Password: ');
  });

  it('knows none when nobody gave one', async () => {
    expect(await readSecret(none, fakeIo())).toBeUndefined();
  });

  it.each([
    ['missing', 'nowhere', /^the password file nowhere does not exist$/],
    ['empty', 'empty', /^the first line of empty is empty, and should be a password$/],
  ])('refuses a file that is %s', async (_, file, message) => {
    await expect(readSecret({ ...none, file }, fakeIo({ cwd: folder }))).rejects.toThrow(message);
  });
});
