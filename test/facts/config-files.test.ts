import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFilesFact } from '../../src/facts/config-files.ts';
import { runScript, shellRows } from './shells.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kvmplay-files-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

let count = 0;
function folderWith(contents: Readonly<Record<string, string | Buffer>>): string {
  count += 1;
  const folder = join(directory, String(count));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(contents))
    writeFileSync(join(folder, name), content, { mode: 0o644 });
  return folder;
}

function contentsIn(shell: readonly [string, ...string[]], folder: string): Record<string, string> {
  const fact = configFilesFact([`${folder}/*`]);
  const { stdout, stderr, code } = runScript(shell, fact.script);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  const files = [...fact.parse(stdout)].map(
    ([path, { content }]) => [path.slice(folder.length + 1), content] as const,
  );
  return Object.fromEntries(files);
}

const awkward = {
  'ifcfg-a': 'DEVICE=a\n',
  'ifcfg-b': 'no newline at the end',
  'ifcfg-c': '',
  'ifcfg-d': '\n\n\n',
  'ifcfg-e': 'carriage\r\nreturn\ttab \\n backslash\\\n  blanks  \n',
  'ifcfg-f': '# Ümläut – „quotes“ 漢字 😀\n',
  'ifcfg-g': '\n==> /etc/x <==\nlooks like a header\n',
  'name with blanks': '$HOME `id` $(id) \'single\' "double"\n',
};

describe('configFiles', () => {
  it.each(shellRows)('come back to the byte under %s', (_name, shell) => {
    expect(contentsIn(shell, folderWith(awkward))).toEqual(awkward);
  });

  it.each(shellRows)('come back to the byte under %s, whatever they hold', (_name, shell) => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !/[\0\uFFFD]/.test(value));

    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (texts) => {
        const contents = Object.fromEntries(texts.map((content, index) => [`file-${index}`, content]));
        expect(contentsIn(shell, folderWith(contents))).toEqual(contents);
      }),
      { numRuns: 10 },
    );
  });

  it('tell their permission bits, through symbolic links as well', () => {
    const folder = folderWith({ secret: 'x\n', shared: 'y\n' });
    chmodSync(join(folder, 'secret'), 0o600);
    symlinkSync('secret', join(folder, 'through'));
    const fact = configFilesFact([`${folder}/*`]);

    const files = fact.parse(runScript(['sh'], fact.script).stdout);

    expect([...files].map(([path, { mode }]) => [path.slice(folder.length + 1), mode])).toEqual([
      ['secret', 0o600],
      ['shared', 0o644],
      ['through', 0o600],
    ]);
  });

  it('are none where nothing matches, and folders do not count', () => {
    const folder = folderWith({});
    mkdirSync(join(folder, 'folder'));

    expect(contentsIn(['sh'], folder)).toEqual({});
  });

  it.each([
    ['NUL bytes', Buffer.from('a\0b'), /odd holds NUL bytes: it is not a text file/],
    ['Latin-1', Buffer.from('caf\xe9\n', 'latin1'), /odd is not UTF-8/],
    ['Latin-1 and as many bytes as what replaces it', Buffer.from([0xf0, 0x9f, 0x98]), /odd is not UTF-8/],
  ])('that hold %s are an error and not an absence', (_case, content, message) => {
    const fact = configFilesFact([`${folderWith({ a: 'a\n', odd: content, z: 'z\n' })}/*`]);
    const { stdout } = runScript(['sh'], fact.script);

    expect(() => fact.parse(stdout)).toThrow(message);
  });

  it('of more than 256 kB are an error and do not travel', () => {
    const folder = folderWith({ huge: '' });
    truncateSync(join(folder, 'huge'), 5_000_000);
    const fact = configFilesFact([`${folder}/*`]);

    const { stdout } = runScript(['sh'], fact.script);

    expect(stdout.length).toBeLessThan(300_000);
    expect(() => fact.parse(stdout)).toThrow(
      'huge has 5000000 bytes, and a configuration file at most 262144',
    );
  });

  it('that changed between sizes and contents are an error', () => {
    const fact = configFilesFact(['/etc/x']);

    expect(() => fact.parse('644 2 /etc/x\n\n==> /etc/x <==\nabc')).toThrow(
      'file /etc/x is not UTF-8, or changed',
    );
  });

  it('are written and deleted by changes', () => {
    const fact = configFilesFact(['/etc/x']);
    const written = fact.after(new Map(), { kind: 'file.write', path: '/etc/x', mode: 0o600, after: 'a' });

    expect(written).toEqual(new Map([['/etc/x', { content: 'a', mode: 0o600 }]]));
    expect(fact.after(written, { kind: 'file.delete', path: '/etc/x', mode: 0o600, before: 'a' })).toEqual(
      new Map(),
    );
  });

  it.each(['etc/*', '/etc/$(id)', '/etc/a b', "/etc/'x'"])('refuse the glob %s', (glob) => {
    expect(() => configFilesFact([glob])).toThrow('should be an absolute path of plain characters');
  });
});
