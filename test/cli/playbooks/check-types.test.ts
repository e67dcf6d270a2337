import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type * as module from '../../../src/cli/playbooks/check-types.ts';
import { playbookFolder, stagePackage } from '../staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();
const folder = playbookFolder({
  'right.ts': `import { readFile } from 'node:fs/promises';
import { play } from 'kvmplay';
import { z } from 'zod';
import { helper } from './helper';
import { plain } from './plain.js';
import { untyped } from 'untyped';
import data from './data.json' with { type: 'json' };

export default play({
  name: helper(data.answer),
  hosts: 'all',
  vars: z.object({ mtu: z.number() }),
  async run(host) {
    const mtu: number = host.vars.mtu;
    console.log(mtu, await readFile('/etc/hostname', 'utf8'), plain, untyped, process.env.HOME);
  },
});\n`,
  'helper.ts': `export const helper = (value: number): string => String(value);\n`,
  'plain.js': `export const plain = 1;\n`,
  'data.json': `{ "answer": 42 }\n`,
  'node_modules/untyped/package.json': `{ "name": "untyped", "type": "module", "exports": "./index.js" }`,
  'node_modules/untyped/index.js': `export const untyped = 1;\n`,
  'wrong.ts': `import { play } from 'kvmplay';
import { helper } from './wrong-helper.ts';

export default play({
  name: helper,
  host: 'all',
  async run(host) {
    await host.reed('id');
  },
});\n`,
  'wrong-helper.ts': `export const helper: string = 5;\n`,
  'syntax.ts': `export default ) {\n`,
});
const { checkTypes } = (await import(
  pathToFileURL(join(staged.folder, 'dist', 'cli', 'playbooks', 'check-types.js')).href
)) as typeof module;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('checkTypes', () => {
  it('finds nothing wrong with what the loader loads, without tsconfig or @types beside the playbook', async () => {
    expect(await checkTypes(['right.ts'], folder)).toEqual({ checked: true, problems: [] });
  });

  it('tells every error of a playbook and its helpers with file, line and column', async () => {
    const check = await checkTypes(['wrong.ts'], folder);

    const places = check.checked ? check.problems.map(({ place }) => place) : [];
    expect(places).toEqual([
      { file: 'wrong-helper.ts', line: 1, column: 14 },
      { file: 'wrong.ts', line: 6, column: 3 },
      { file: 'wrong.ts', line: 8, column: 16 },
    ]);
  });

  it('says in the words of the compiler what is wrong', async () => {
    const check = await checkTypes(['syntax.ts'], folder);

    expect(check).toMatchObject({
      problems: [{ message: 'Expression expected.' }, { message: "'}' expected." }],
    });
  });
});
