import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { transformSync } from 'esbuild';
import { labDown } from '../../src/lab/index.ts';
import { playbookFolder, runProgram, stagePackage } from '../cli/staged-package.ts';

// The package is built and two hosts boot.
jest.setTimeout(120_000);

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'lab.md'), 'utf8');
const [program = ''] = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);
const folder = playbookFolder({
  'package.json': '{ "type": "module" }',
  'program.js': transformSync(program, { loader: 'ts', format: 'esm', target: 'node20.19' }).code,
});
mkdirSync(join(folder, 'node_modules'));
symlinkSync(stagePackage().folder, join(folder, 'node_modules', 'kvmplay'));

afterAll(async () => {
  await labDown(join(folder, '.lab'));
  rmSync(folder, { recursive: true, force: true });
});

describe('the program of docs/lab.md', () => {
  it('makes a lab out of the built package, runs a play on it and lets two guests meet', async () => {
    const { code, stdout, stderr } = await runProgram([process.execPath, 'program.js'], { cwd: folder });

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'kvm1 changed\nkvm2 changed\nweb hears db: true\n' });
    expect(stderr).toContain('kvm2 is up\n');
  });
});
