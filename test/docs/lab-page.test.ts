import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { playbookFolder, runProgram, stagePackage } from '../cli/staged-package.ts';
import { typeProblems } from '../support/compile.ts';

// A compiler is started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'lab.md'), 'utf8');
const [program = ''] = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);
const folder = playbookFolder({
  'program.ts': program,
  'no-lab.mjs': `import { openLab } from 'kvmplay/lab';\nawait openLab('nowhere').catch(({ name, message }) => console.log(name, message));\n`,
});
mkdirSync(join(folder, 'node_modules'));
symlinkSync(stagePackage().folder, join(folder, 'node_modules', 'kvmplay'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('docs/lab.md', () => {
  // test/lab/program.test.ts runs it.
  it('has a program that type-checks', () => {
    expect(program).toContain("from 'kvmplay/lab'");
    expect(typeProblems([join(folder, 'program.ts')])).toEqual([]);
  });
});

describe('kvmplay/lab', () => {
  it('is an entry of the built package', async () => {
    const ended = await runProgram([process.execPath, 'no-lab.mjs'], { cwd: folder });

    expect(ended).toEqual({
      code: 0,
      stdout: `LabError there is no lab in ${join(folder, 'nowhere')}\n`,
      stderr: '',
    });
  });
});
