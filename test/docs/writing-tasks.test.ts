import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { transformSync } from 'esbuild';
import { playbookFolder, runProgram, stagePackage } from '../cli/staged-package.ts';
import { typeProblems } from '../support/compile.ts';

// Programs and a compiler are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'writing-tasks.md'), 'utf8');
const examples = new Map(
  [...page.matchAll(/^```ts (\S+\.ts)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]),
);
const bond6 = readFileSync(join(root, 'playbooks', 'bond6.ts'), 'utf8');

const folder = playbookFolder({
  'package.json': '{ "type": "module" }',
  ...Object.fromEntries(examples),
  ...Object.fromEntries(
    [...examples, ['bond6.ts', bond6] as const].map(([name, code]) => [toJs(name), compile(code)]),
  ),
});
copyFileSync(join(root, 'playbooks', 'bond6.ts'), join(folder, 'bond6.ts'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(stagePackage().folder, join(folder, 'node_modules', 'kvmplay'));
for (const name of ['zod', 'fast-check'])
  symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function toJs(name: string): string {
  return name.replace(/ts$/, 'js');
}

function compile(code: string): string {
  const { code: compiled } = transformSync(code, { loader: 'ts', format: 'esm', target: 'node20.19' });
  return compiled.replace(/(from ["']\.\/[\w.-]+)\.ts/g, '$1.js');
}

describe('the examples of docs/writing-tasks.md', () => {
  it('type-check', () => {
    expect([...examples.keys()]).toEqual([
      'ensure-hosts-entry.ts',
      'ensure-hosts-entry.test.ts',
      'bond6.test.ts',
      'free-space.ts',
    ]);
    expect(typeProblems([...examples.keys()].map((name) => join(folder, name)))).toEqual([]);
  });

  it.each(['ensure-hosts-entry.test.ts', 'bond6.test.ts'])('pass as tests: %s', async (name) => {
    const { code, stdout } = await runProgram([process.execPath, '--test', toJs(name)], { cwd: folder });

    expect(stdout).toContain('fail 0');
    expect(code).toBe(0);
  });

  it('have a fact that a host answers, whatever the folder is called', async () => {
    mkdirSync(join(folder, "it's $(odd)"));
    const ask = `import { spawnSync } from 'node:child_process';
import { freeSpace } from './free-space.js';
const { script, parse } = freeSpace("it's $(odd)");
console.log(parse(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout) > 0);`;

    const { stdout } = await runProgram([process.execPath, '--input-type=module', '-e', ask], {
      cwd: folder,
    });

    expect(stdout).toBe('true\n');
  });
});
