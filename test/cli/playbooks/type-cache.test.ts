import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type * as checkModule from '../../../src/cli/playbooks/check-types.ts';
import type * as cacheModule from '../../../src/cli/playbooks/type-cache.ts';
import { playbookFolder, runProgram, stagePackage } from '../staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const playbook = `import { play } from 'kvmplay';
import { z } from 'zod';
import { helper } from './helper';
import { plain } from './plain.js';
import { linked } from './linked/index.ts';
import { untyped } from 'untyped';
import data from './data.json' with { type: 'json' };

export default play({
  name: helper(data.answer),
  hosts: 'all',
  vars: z.object({ mtu: z.number() }),
  async run() {
    console.log(plain, linked, untyped.length);
  },
});\n`;

const usesNode = `import { readFileSync } from 'node:fs';\nreadFileSync('/etc/hostname', 'utf8');\n`;

const files = {
  'project/site.ts': playbook,
  'project/helper/index.ts': `export const helper = (value: number): string => String(value);\n`,
  'project/plain.js': `export const plain = 1;\n`,
  'project/data.json': `{ "answer": 42 }\n`,
  'project/node_modules/untyped/package.json': `{ "name": "untyped", "type": "module", "exports": "./index.js" }`,
  'project/node_modules/untyped/index.js': `export const untyped = 'x';\n`,
  'one/index.ts': `export { linked } from './inner.ts';\n`,
  'one/inner.ts': `export const linked = 1;\n`,
  'two/index.ts': `export { linked } from './inner.ts';\n`,
  'two/inner.ts': `export const linked: string = 1;\n`,
};

const staged = stagePackage();
/** A package of one's own to change, with its own compiler. */
const installed = mkdtempSync(join(dirname(staged.folder), 'kvmplay-test-own-'));
const made: string[] = [installed];
const ready: string[] = [];
let modules: typeof checkModule & typeof cacheModule;

beforeAll(async () => {
  cpSync(staged.folder, installed, { recursive: true, filter: (path) => !path.endsWith('/docs') });
  const launcher = dirname(createRequire(import.meta.url).resolve('@typescript/native/package.json'));
  const platform = `typescript-${process.platform}-${process.arch}`;
  for (const [from, to] of [
    [launcher, 'native'],
    [join(dirname(launcher), platform), platform],
  ] as const) {
    cpSync(from, join(installed, 'node_modules', '@typescript', to), { recursive: true, dereference: true });
  }
  const load = async (name: string): Promise<object> =>
    (await import(pathToFileURL(join(installed, 'dist', 'cli', 'playbooks', name)).href)) as object;
  modules = { ...(await load('check-types.js')), ...(await load('type-cache.js')) } as typeof modules;
  while (ready.length < 40) {
    const folder = playbookFolder(files);
    symlinkSync('../one', join(folder, 'project', 'linked'));
    ready.push(folder);
    made.push(folder);
  }
  // What changed while the compiler ran, or might have, is not remembered.
  await setTimeout(1500);
});

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

class Project {
  readonly root = ready.pop() ?? '';
  readonly folder = join(this.root, 'project');
  readonly env = { XDG_CACHE_HOME: join(this.root, 'cache') };
  readonly entries = join(this.root, 'cache', 'kvmplay', 'types');

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  entry(): string {
    return join(this.entries, readdirSync(this.entries)[0] ?? 'none');
  }

  /** Whether the compiler was spared, and the messages. */
  async check(): Promise<readonly [isSpared: boolean, messages: readonly string[]]> {
    const cache = modules.openTypeCache(this.env);
    let isSpared = false;
    const check = await modules.checkTypes(['site.ts'], this.folder, {
      ...cache,
      isFine: (question) => (isSpared = cache.isFine(question)),
    });
    return [isSpared, check.checked ? check.problems.map(({ message }) => message) : ['not checked']];
  }
}

type Case = [title: string, change: (project: Project) => void, messages: readonly string[]];

const checked = [false, []] as const;
const spared = [true, []] as const;

describe('openTypeCache', () => {
  it('spares the compiler when nothing has changed', async () => {
    const project = new Project();

    expect(await project.check()).toEqual(checked);
    expect(await project.check()).toEqual(spared);
  });

  it('spares it for a playbook that needs the types of Node', async () => {
    const project = new Project();
    writeFileSync(project.path('helper/index.ts'), files['project/helper/index.ts'] + usesNode);
    await setTimeout(1500);

    expect(await project.check()).toEqual(checked);
    expect(await project.check()).toEqual(spared);
  });

  it('spares it after a file was written anew with the same content', async () => {
    const project = new Project();
    await project.check();
    writeFileSync(project.path('site.ts'), playbook);

    expect(await project.check()).toEqual(spared);
  });

  const otherOne = (part: string): string => expect.stringContaining(part) as unknown as string;

  it.each<Case>([
    [
      'the playbook changed',
      (project) => appendFileSync(project.path('site.ts'), 'const one: string = 1;\n'),
      [otherOne("'number' is not assignable to type 'string'")],
    ],
    [
      'the playbook changed and kept its size and time',
      (project) => {
        writeFileSync(project.path('site.ts'), playbook.replace('plain, linked', 'plain, linker'));
        utimesSync(project.path('site.ts'), 0, 0);
      },
      [otherOne("'linker'")],
    ],
    [
      'a helper changed',
      (project) => writeFileSync(project.path('helper/index.ts'), 'export const helper = 1;\n'),
      [otherOne('not callable')],
    ],
    [
      'a helper is gone',
      (project) => rmSync(project.path('helper'), { recursive: true }),
      [otherOne("'./helper'")],
    ],
    [
      'a new file shadows a folder',
      (project) => writeFileSync(project.path('helper.ts'), 'export const helper = 1;\n'),
      [otherOne('not callable')],
    ],
    [
      'a new file shadows a JavaScript one',
      (project) => writeFileSync(project.path('plain.ts'), 'export const simple = 1;\n'),
      [otherOne("no exported member 'plain'")],
    ],
    [
      'types came to a package that had none',
      (project) => {
        mkdirSync(project.path('node_modules/@types/untyped'), { recursive: true });
        writeFileSync(
          project.path('node_modules/@types/untyped/index.d.ts'),
          'export declare const untyped: number;\n',
        );
      },
      [otherOne("'length' does not exist on type 'number'")],
    ],
    [
      'a nearer package shadows another',
      (project) => {
        mkdirSync(project.path('node_modules/zod'), { recursive: true });
        writeFileSync(project.path('node_modules/zod/index.d.ts'), 'export declare const zod: number;\n');
      },
      [otherOne("no exported member 'z'")],
    ],
    [
      'a package says other types are its own',
      (project) => {
        writeFileSync(project.path('node_modules/untyped/other.d.ts'), 'export const other: number;\n');
        writeFileSync(
          project.path('node_modules/untyped/package.json'),
          `{ "name": "untyped", "type": "module", "exports": { "types": "./other.d.ts", "default": "./index.js" } }`,
        );
      },
      [otherOne("no exported member 'untyped'")],
    ],
    [
      'a link leads to an equal file with other imports',
      (project) => {
        rmSync(project.path('linked'));
        symlinkSync('../two', project.path('linked'));
      },
      [otherOne("'number' is not assignable to type 'string'")],
    ],
    ['the entry is half written', (project) => writeFileSync(project.entry(), '{"circumstances":"'), []],
    ['the entry is empty', (project) => writeFileSync(project.entry(), '{}'), []],
    [
      'the entry is that of other playbooks',
      (project) => {
        const entry = JSON.parse(readFileSync(project.entry(), 'utf8')) as object;
        writeFileSync(project.entry(), JSON.stringify({ ...entry, prints: {} }));
      },
      [],
    ],
    ['others may write the folder', (project) => chmodSync(project.entries, 0o777), []],
    ['others may write the folder above', (project) => chmodSync(dirname(project.entries), 0o770), []],
    // Only root can give a folder away.
    ...(process.getuid?.() === 0
      ? ([
          ['the folder belongs to somebody else', (project) => chownSync(project.entries, 12_345, 0), []],
        ] satisfies Case[])
      : []),
    [
      'the folder is a link',
      (project) => {
        cpSync(project.entries, project.path('elsewhere'), { recursive: true, preserveTimestamps: true });
        rmSync(project.entries, { recursive: true });
        symlinkSync(project.path('elsewhere'), project.entries);
      },
      [],
    ],
  ])('asks the compiler when %s', async (_, change, messages) => {
    const project = new Project();
    await project.check();
    expect(await project.check()).toEqual(spared);
    change(project);

    expect(await project.check()).toEqual([false, messages]);
  });

  it.each([
    [
      'kvmplay is another version',
      'package.json',
      (text: string) => text.replace(/"version": "/, '"version": "9'),
    ],
    ['the types of kvmplay changed', 'dist/index.d.ts', (text: string) => `${text}\n`],
    ['a helper of its types changed', 'dist/engine/fleet/play.d.ts', (text: string) => `${text}\n`],
  ])('asks the compiler when %s', async (_, name, change) => {
    const project = new Project();
    await project.check();
    expect(await project.check()).toEqual(spared);
    const file = join(installed, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));

    expect(await project.check()).toEqual(checked);

    await setTimeout(1500);
  });

  it('asks the compiler when that is another one', async () => {
    const project = new Project();
    await project.check();
    expect(await project.check()).toEqual(spared);
    const platform = `typescript-${process.platform}-${process.arch}`;
    const compiler = join(installed, 'node_modules', '@typescript', platform, 'lib', 'tsc');
    writeFileSync(`${compiler}.new`, readFileSync(compiler), { mode: 0o755 });
    rmSync(compiler);
    cpSync(`${compiler}.new`, compiler);

    expect(await project.check()).toEqual(checked);
  });

  it('remembers nothing that is wrong', async () => {
    const project = new Project();
    appendFileSync(project.path('site.ts'), 'const one: string = 1;\n');
    await setTimeout(1500);

    await project.check();

    expect(existsSync(project.entries)).toBe(false);
  });

  it('remembers nothing that may have changed while the compiler ran', async () => {
    const project = new Project();
    appendFileSync(project.path('helper/index.ts'), '\n');

    await project.check();

    expect(existsSync(project.entries)).toBe(false);
  });

  it('writes what nobody else can read, and nothing into a folder that others may write', async () => {
    const project = new Project();
    await project.check();
    const open = new Project();
    mkdirSync(dirname(open.entries), { recursive: true });
    chmodSync(dirname(open.entries), 0o777);
    await open.check();

    expect(statSync(project.entries).mode & 0o777).toBe(0o700);
    expect(statSync(project.entry()).mode & 0o777).toBe(0o600);
    expect(readdirSync(open.entries)).toEqual([]);
  });

  it('goes without where nothing can be written', async () => {
    const project = new Project();
    writeFileSync(join(project.root, 'cache'), 'a file');
    await project.check();

    expect(await project.check()).toEqual(checked);
  });

  it('forgets what was not used for long, and the oldest of many', async () => {
    const project = new Project();
    mkdirSync(project.entries, { recursive: true, mode: 0o700 });
    const age = (name: string, days: number): void => {
      const usedAt = Date.now() / 1000 - days * 86_400;
      writeFileSync(join(project.entries, name), '');
      utimesSync(join(project.entries, name), usedAt, usedAt);
    };
    for (let number = 0; number < 210; number += 1) age(`young-${number}`, number / 100);
    age('old', 31);
    await project.check();

    const left = readdirSync(project.entries);
    expect(left).toHaveLength(200);
    expect(left).toContain('young-198');
    expect(left).not.toContain('young-199');
  });

  it('serves kvmplay run, and never kvmplay check', async () => {
    const project = new Project();
    const kvmplay = (...words: readonly string[]): ReturnType<typeof runProgram> =>
      runProgram([process.execPath, staged.main, ...words], { cwd: project.folder, env: project.env });
    const inventory = ['-i', 'kvm1,'];

    const checkEnded = await kvmplay('check', 'site.ts', ...inventory, '-e', '{"mtu": 1500}');
    const isCachedByCheck = existsSync(project.entries);
    await kvmplay('run', 'site.ts', ...inventory, '--list-hosts');

    expect(checkEnded).toMatchObject({ code: 0, stderr: '' });
    expect(isCachedByCheck).toBe(false);
    expect(readdirSync(project.entries)).toHaveLength(1);
  });
});
