import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { playbookFolder, runProgram, stagePackage } from '../staged-package.ts';

/** One folder, one process: starting a process costs more than loading twenty playbooks. */
const files = {
  'everything.ts': `import { isKvmplayError, play, TaskInputError } from 'kvmplay';
import { z } from 'zod';
import { double } from './lib/double';
import { triple } from './lib/triple.js';
import plain from './lib/plain.js';
import data from './data.json' with { type: 'json' };

enum Colour { Red, Green }
interface Unused { field: string }
const later: number = await Promise.resolve(1);

export default play({
  name: [double(2), triple(2), plain, data.answer, Colour.Green, later, z.number().parse(7)].join(' '),
  hosts: String(isKvmplayError(new TaskInputError('x'))),
  async run() {
    const unused: Unused = { field: '' };
    throw new Error(\`from line 19 \${unused.field}\`);
  },
});
`,
  'site.yml': '- hosts: all\n',
  'notes.txt': 'later\n',
  'lib/double.ts': `export const double = (value: number): number => value * 2;\n`,
  'lib/triple.ts': `export const triple = (value: number): number => value * 3;\n`,
  'lib/plain.js': `export default 'plain';\n`,
  'data.json': `{ "answer": 42 }\n`,
  'several.ts': `import { play } from 'kvmplay';
export default [play({ name: 'a', hosts: 'all', async run() {} }), play({ name: 'b', hosts: 'all', async run() {} })];\n`,
  'imports.ts': `import nested from './nested.ts';
import several from './several.ts';
import { play } from 'kvmplay';
export default [play({ name: 'own', hosts: 'all', async run() {} }), ...several, nested];\n`,
  'nested.ts': `import { play } from 'kvmplay';
export default [[play({ name: 'deep', hosts: 'all', async run() {} })], []];\n`,
  'namespace.ts': `import * as several from './several.ts';\nexport default [[several]];\n`,
  'own-zod.ts': `import { z } from 'zod';\nexport default z;\n`,
  'with-package/index.ts': `import { play } from 'kvmplay';
import { name } from 'a-package';
import { z } from 'zod';
export default play({ name: name + z, hosts: 'all', async run() {} });\n`,
  'with-package/node_modules/a-package/package.json': `{ "name": "a-package", "type": "module", "exports": "./index.js" }`,
  'with-package/node_modules/a-package/index.js': `export const name = 'from a package, ';\n`,
  'with-package/node_modules/zod/package.json': `{ "name": "zod", "type": "module", "exports": "./index.js" }`,
  'with-package/node_modules/zod/index.js': `export const z = 'its own zod';\n`,
  'javascript.js': `import { play } from 'kvmplay';\nexport default play({ name: 'js', hosts: 'all', async run() {} });\n`,
  'no-default.ts': `export const notDefault = 1;\n`,
  'object.ts': `export default { name: 'x' };\n`,
  'item.ts': `import { play } from 'kvmplay';\nexport default [play({ name: 'a', hosts: 'all', async run() {} }), 5];\n`,
  'empty-list.ts': `export default [];\n`,
  'syntax.ts': `const fine = 1;\nexport default ) {\n`,
  'imports-syntax.ts': `import wrong from './syntax.ts';\nexport default wrong;\n`,
  'export.ts': `// A comment, and an empty line.

import {
  double,
  quadruple,
} from './lib/double.ts';
export default [double, quadruple];\n`,
  'package.ts': `import { x } from '@scope/thing/deep';\nexport default x;\n`,
  'path.ts': `const a = 1;\nimport { x } from './lib/nothing.js';\nexport default [a, x];\n`,
  'json.ts': `import data from './data.json';\nexport default data;\n`,
  'throws.ts': `interface A { a: number }

function explode(value: A): never {
  throw new TypeError('bad ' + value.a);
}
export default explode({ a: 3 });\n`,
  'input.ts': `import { TaskInputError } from 'kvmplay';\nthrow new TaskInputError('the own words of kvmplay');\n`,
};

const driver = (loader: string): string => `
import { loadPlaybooks } from ${JSON.stringify(loader)};
const results = {};
for (const file of process.argv.slice(2)) {
  try {
    const plays = await loadPlaybooks([file], process.cwd());
    const stack = await plays[0].run().then(() => '', (error) => error.stack);
    results[file] = { plays: plays.map(({ name, hosts }) => ({ name, hosts })), stack };
  } catch (error) {
    results[file] = { name: error.name, message: error.message };
  }
}
console.log(JSON.stringify(results));
`;

interface Result {
  readonly plays?: readonly { readonly name: string; readonly hosts: string }[];
  readonly stack?: string;
  readonly name?: string;
  readonly message?: string;
}

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();
const folder = playbookFolder(files);
let results: Readonly<Record<string, Result>> = {};

beforeAll(async () => {
  const script = join(folder, 'driver.mjs');
  writeFileSync(
    script,
    driver(pathToFileURL(join(staged.folder, 'dist', 'cli', 'playbooks', 'load-playbook.js')).href),
  );
  const names = [
    ...Object.keys(files).filter((name) => /^[\w-]+\.[jt]s$|index\.ts$/.test(name)),
    'nowhere.ts',
    'site.yml',
    'notes.txt',
    'lib',
  ];
  const ended = await runProgram([process.execPath, script, ...names], { cwd: folder });
  if (ended.code !== 0) throw new Error(ended.stderr);
  results = JSON.parse(ended.stdout) as Record<string, Result>;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('loadPlaybooks', () => {
  it('loads TypeScript with helpers, JSON, enum, top-level await, kvmplay and zod from a folder without package.json', () => {
    expect(results['everything.ts']?.plays?.[0]?.name).toBe('4 6 plain 42 1 1 7');
  });

  it('gives a playbook the very instance of kvmplay that runs it', () => {
    expect(results['everything.ts']?.plays?.[0]?.hosts).toBe('true');
  });

  it('keeps line and column of the playbook in stacks', () => {
    expect(results['everything.ts']?.stack).toContain(`${join(folder, 'everything.ts')}:17:11`);
  });

  it('loads several plays of one file', () => {
    expect(results['several.ts']?.plays?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('loads plays of other playbooks, spread or as lists, in order', () => {
    expect(results['imports.ts']?.plays?.map(({ name }) => name)).toEqual(['own', 'a', 'b', 'deep']);
  });

  it("takes the packages of the playbook's own folder, zod included", () => {
    expect(results['with-package/index.ts']?.plays?.[0]?.name).toBe('from a package, its own zod');
  });

  it('loads JavaScript', () => {
    expect(results['javascript.js']?.plays?.[0]?.name).toBe('js');
  });

  it.each([
    ['a missing file', 'nowhere.ts', 'playbook nowhere.ts does not exist'],
    [
      'YAML',
      'site.yml',
      'playbook site.yml is YAML, and should be a TypeScript file whose name ends in .ts: see docs/from-ansible.md',
    ],
    [
      'what is no module',
      'notes.txt',
      'playbook notes.txt is no module, and should be a TypeScript file whose name ends in .ts',
    ],
    ['a folder', 'lib', 'playbook lib is not a file; name the .ts file itself'],
    [
      'a module without default export',
      'no-default.ts',
      'no-default.ts: there is no default export; it should be a play: export default play({ ... })',
    ],
    [
      'a default export that is no play',
      'object.ts',
      'object.ts: the default export is an object; it should be a play made by play({ ... }), or an array of plays',
    ],
    [
      'an item that is no play',
      'item.ts',
      'item.ts: item 2 of the default export is a number; it should be a play made by play({ ... }), or an array of plays',
    ],
    [
      'a module within lists',
      'namespace.ts',
      'namespace.ts: item 1 of item 1 of the default export is a module, not its default export; it should be a play made by play({ ... }), or an array of plays',
    ],
    [
      'an empty list',
      'empty-list.ts',
      'empty-list.ts: the default export is an empty array; it should be a play made by play({ ... }), or an array of plays',
    ],
    ['a syntax error', 'syntax.ts', 'syntax.ts:2:16: Unexpected ")"'],
    ['a syntax error of a helper', 'imports-syntax.ts', 'syntax.ts:2:16: Unexpected ")"'],
    [
      'a name that a helper does not export',
      'export.ts',
      'export.ts:5:3: ./lib/double.ts has no export named quadruple',
    ],
    [
      'a package that is not installed',
      'package.ts',
      'package.ts:1:20: package @scope/thing is not installed in this folder or one above',
    ],
    [
      'a helper that is not there',
      'path.ts',
      'path.ts:2:20: there is no file for the import of ./lib/nothing.js',
    ],
    [
      'JSON imported like a module',
      'json.ts',
      "json.ts: the import of data.json should end with: with { type: 'json' }",
    ],
    ['a playbook that throws', 'throws.ts', 'throws.ts:4:9: threw while loading: bad 3'],
    ['an error of kvmplay while loading', 'input.ts', 'input.ts:2:7: the own words of kvmplay'],
  ])('names file and place of %s', (_, file, message) => {
    expect(results[file]).toEqual({ name: 'PlaybookError', message });
  });
});
