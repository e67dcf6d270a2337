import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFilesFact } from '../../src/facts/config-files.ts';
import type { ConfigFile } from '../../src/model/config-file.ts';
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

  it.each<[string, string | Buffer, ConfigFile['flaw'], string]>([
    ['NUL bytes', Buffer.from('a\0b'), { is: 'holds NUL bytes', legible: false }, ''],
    ['Latin-1', Buffer.from('X=caf\xe9\n', 'latin1'), { is: 'is not UTF-8', legible: true }, 'X=caf\uFFFD\n'],
    [
      'Latin-1 and as many bytes as what replaces it',
      Buffer.from([0xf0, 0x9f, 0x98]),
      { is: 'is not UTF-8', legible: true },
      '\uFFFD',
    ],
    [
      'Latin-1 and what looks like the next file',
      Buffer.from('\xe9\n==> /etc/z <==\n', 'latin1'),
      { is: 'is not UTF-8', legible: true },
      '\uFFFD\n==> /etc/z <==\n',
    ],
    ['U+FFFD', 'a\uFFFDb\n', { is: 'is not UTF-8', legible: true }, 'a\uFFFDb\n'],
  ])('that hold %s have a flaw, and the others are whole', (_case, odd, flaw, content) => {
    const folder = folderWith({ a: 'a\n', odd, z: 'z\n' });
    const fact = configFilesFact([`${folder}/*`]);

    const files = fact.parse(runScript(['sh'], fact.script).stdout);

    expect([...files.values()]).toEqual([
      { content: 'a\n', mode: 0o644 },
      { content, mode: 0o644, flaw },
      { content: 'z\n', mode: 0o644 },
    ]);
  });

  it('come back whole beside files of any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 60 });

    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 12 }), (contents) => {
        const odd = contents.map((content, index) => [`${index}-odd`, Buffer.from(content)] as const);
        const fine = contents.map((_, index) => [`${index}-sound`, `sound ${index}\n`] as const);
        const fact = configFilesFact([
          `${folderWith(Object.fromEntries<string | Buffer>([...odd, ...fine]))}/*`,
        ]);

        const files = fact.parse(runScript(['sh'], fact.script).stdout);

        const sound = [...files]
          .filter(([path]) => path.endsWith('-sound'))
          .map(([, { content }]) => content);
        expect(sound.sort()).toEqual(fine.map(([, content]) => content).sort());
      }),
      { numRuns: 20 },
    );
  });

  it('of more than 256 kB have a flaw and do not travel', () => {
    const folder = folderWith({ huge: '', z: 'z\n' });
    truncateSync(join(folder, 'huge'), 5_000_000);
    const fact = configFilesFact([`${folder}/*`]);

    const { stdout } = runScript(['sh'], fact.script);

    expect(stdout.length).toBeLessThan(300_000);
    expect([...fact.parse(stdout).values()]).toEqual([
      { content: '', mode: 0o644, flaw: { is: 'has 5000000 bytes, more than 262144', legible: false } },
      { content: 'z\n', mode: 0o644 },
    ]);
  });

  it('that changed between sizes and contents have a flaw', () => {
    const fact = configFilesFact(['/etc/x']);

    expect(fact.parse('644 2 /etc/x\n\n==> /etc/x <==\nabc').get('/etc/x')?.flaw).toEqual({
      is: 'changed while it was read',
      legible: false,
    });
  });

  it('that nobody may read have a flaw', () => {
    const fact = configFilesFact(['/etc/*']);

    expect(fact.parse('unreadable /etc/x\n644 1 /etc/y\n\n==> /etc/y <==\na')).toEqual(
      new Map([
        ['/etc/x', { content: '', mode: 0, flaw: { is: 'is not readable', legible: false } }],
        ['/etc/y', { content: 'a', mode: 0o644 }],
      ]),
    );
    expect(fact.parse('unreadable /etc/x\n').get('/etc/x')?.flaw?.is).toBe('is not readable');
  });

  it('are asked for only where the condition holds', () => {
    const folder = folderWith({ a: 'a\n' });
    const asked = (condition: string): number => {
      const fact = configFilesFact([`${folder}/*`], { when: condition });
      return fact.parse(runScript(['sh'], fact.script).stdout).size;
    };

    expect([asked('[ -d / ]'), asked('[ -d /nowhere ]')]).toEqual([1, 0]);
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
