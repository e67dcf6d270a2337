import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { load } from 'js-yaml';
import { commands } from '../../src/cli/commands/index.ts';
import { parseCommandLine } from '../../src/cli/command-line/parse-command-line.ts';
import { isPlay, type Play } from '../../src/engine/fleet/play.ts';
import { loadInventory } from '../../src/inventory/index.ts';
import * as library from '../../src/index.ts';
import { ethernet, fakeHost } from '../../src/testing.ts';
import { splitShellWords } from '../../src/model/shell-words.ts';
import { playbookFolder } from '../cli/staged-package.ts';
import { typeProblems } from '../support/compile.ts';
import { type CodeBlock, listCodeBlocks } from './code-blocks.ts';

// A compiler is started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const specs = commands.map(({ spec }) => spec);
const blocks = listCodeBlocks();

/** Pages that a script makes of the sources. Their signatures are the compiler's; their commands are checked below. */
const signatures: readonly string[] = ['docs/api.md'];

/** Languages, each checked by a test of this file. */
const checked: readonly string[] = ['ts', 'sh', 'yaml', 'json', 'jsonc', 'mermaid'];

/** Blocks that show output. A test that is named here holds a part of each. */
const outputs: Readonly<Record<string, string>> = {
  'README.md': 'test/docs/readme.test.ts',
  'docs/connection.md': 'test/wire/kerberos.test.ts',
  'docs/disruption.md': 'test/reporters/forecast.golden',
  'docs/inventory.md': 'test/inventory/templates.test.ts',
  'docs/journal.md': 'test/cli/journal.test.ts',
  'docs/nics.md': 'test/docs/nics-page.test.ts',
  'docs/output.md': 'test/docs/output-page.test.ts',
  'docs/playbooks.md': 'test/engine/fleet/check-vars.test.ts',
};

const named = (block: CodeBlock): [string, CodeBlock] => [`${block.page}:${String(block.line)}`, block];
const inLanguage = (...languages: readonly string[]): CodeBlock[] =>
  blocks.filter(({ page, language }) => languages.includes(language) && !signatures.includes(page));

describe('the code blocks of the pages', () => {
  it('are in a language that a test checks, or show output that one holds', () => {
    const unchecked = blocks.filter(
      ({ page, language }) => !checked.includes(language) && outputs[page] === undefined,
    );

    expect(blocks.length).toBeGreaterThan(100);
    expect(unchecked.map((block) => named(block)[0])).toEqual([]);
  });
});

/** The programs of this page are compiled and run by a test of their own. */
const programs = 'docs/writing-tasks.md';
const scripts = inLanguage('ts').filter(({ page }) => page !== programs);
const folder = playbookFolder(
  Object.fromEntries(
    scripts.map((block, index) => [
      fileNameOf(block, index),
      isComplete(block) ? block.code : `${preludeFor(block)}${block.code}`,
    ]),
  ),
);
mkdirSync(join(folder, 'node_modules'));
symlinkSync(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Examples of one page may import each other by the name in their first line. */
function fileNameOf({ page, info, code }: CodeBlock, index: number): string {
  const place = page.replace(/\W/g, '-');
  const name = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? (info.endsWith('.ts') ? info : undefined);
  return join(place, name ?? `example-${String(index)}.ts`);
}

function isComplete({ code }: CodeBlock): boolean {
  return /^import /m.test(code);
}

/** An example of a task's page is a call inside a play: what it uses of the library is imported for it. */
function preludeFor({ code }: CodeBlock): string {
  const names = Object.keys(library).filter((name) => new RegExp(`(?<![.\\w])${name}[(.]`).test(code));
  return `import { ${[...names, 'type Host'].join(', ')} } from 'kvmplay';\ndeclare const host: Host;\n`;
}

describe('the TypeScript of the pages', () => {
  it('type-checks', () => {
    const files = scripts.map((block, index) => join(folder, fileNameOf(block, index)));

    expect(typeProblems(files)).toEqual([]);
  });

  it.each(scripts.filter(({ code }) => /^export default play\(/m.test(code)).map(named))(
    'is a play that works, and works once: %s',
    async (_, block) => {
      const file = join(folder, fileNameOf(block, scripts.indexOf(block)));
      const { default: example } = (await import(file)) as { default: Play };
      const nics = { uplink0: { name: 'eno3' }, uplink1: { name: 'eno4' } };
      const result = await example.vars?.['~standard'].validate({ vlans: [10, 11], nics });
      const host = fakeHost<unknown>({
        groups: ['storage'],
        vars: result !== undefined && 'value' in result ? result.value : {},
        links: ['eno3', 'eno4', 'eno5'].map((name) => ethernet(name)),
        commands: (text) => ({ code: /exists\(\)|^test -e/.test(text) ? 3 : 0, stdout: '11\n', stderr: '' }),
      });

      expect(isPlay(example)).toBe(true);
      await example.run(host);
      const { length } = host.changes;
      await example.run(host);
      expect(host.changes).toHaveLength(length);
    },
  );
});

describe('the commands of the pages', () => {
  it.each(inLanguage('sh').map(named))('are understood: %s', (_, { code }) => {
    for (const words of callsIn(code)) {
      const [program = '', ...rest] = words;
      if (program === 'kvmplay') expect(() => parseCommandLine(rest, specs)).not.toThrow();
      if (program === 'npm') expect(npmScripts).toEqual(expect.arrayContaining([...scriptsCalledBy(rest)]));
    }
  });
});

const npmScripts = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
);

function scriptsCalledBy([command = '', script = '']: readonly string[]): readonly string[] {
  if (command === 'test') return ['test'];
  return command === 'run' ? [script] : [];
}

/** The programs that lines of a shell start, each with its words. `PATTERN` and `[X]` of a usage line are left out. */
function callsIn(code: string): readonly (readonly string[])[] {
  return code
    .replace(/\\\n/g, ' ')
    .replace(/([|])\n/g, '$1 ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .flatMap((line) => line.split(/ \| | && |; /))
    .map((call) => call.replace(/ >>? \S+/, '').trim())
    .filter((call) => /^(kvmplay|npm) /.test(call) && !/[A-Z]{4,}|\[/.test(call.replace(/'[^']*'/g, '')))
    .map(wordsOf);
}

function wordsOf(call: string): readonly string[] {
  return splitShellWords(call);
}

describe('the YAML of the pages', () => {
  it.each(inLanguage('yaml').map(named))('is read: %s', async (_, { code }) => {
    const document = load(code);

    expect(document).toEqual(expect.anything());
    const calls = [...code.matchAll(/\b(?:script|run): (kvmplay .*)$/gm)].map(([, call = '']) => call);
    for (const call of calls) {
      expect(() => parseCommandLine(wordsOf(call).slice(1), specs)).not.toThrow();
    }
    if (calls.length > 0) return;
    const home = playbookFolder({ 'hosts.yml': code });
    const { groups } = await loadInventory([join(home, 'hosts.yml')]);
    expect(groups.size).toBeGreaterThan(0);
    rmSync(home, { recursive: true });
  });
});

describe('the JSON of the pages', () => {
  it.each(inLanguage('json', 'jsonc').map(named))('is JSON: %s', (_, { code }) => {
    const text = code.replace(/ \/\/ .*$/gm, '').replace(/,(\s*[}\]])/g, '$1');

    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });
});

describe('the output that pages show', () => {
  it.each(Object.entries(outputs))('is that of a test: %s', (page, test) => {
    const source = readFileSync(join(root, test), 'utf8');
    const shown = blocks.filter((block) => block.page === page && !checked.includes(block.language));
    const isHeld = (line: string): boolean =>
      line.split(/[:;,()]/).some((part) => part.trim().length > 15 && source.includes(part.trim()));

    expect(shown).not.toEqual([]);
    if (!source.includes('readFileSync'))
      for (const { code } of shown) expect(code.split('\n').some(isHeld)).toBe(true);
  });
});
