import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { stagePackage } from './cli/staged-package.ts';

// The package is built and a compiler started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..');
const staged = stagePackage();
const folder = mkdtempSync(join(tmpdir(), 'kvmplay-types-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of a file of test/types, by line, when it is compiled as a user's. */
function problemsOf(name: string): readonly { readonly line: number; readonly message: string }[] {
  const project = join(folder, `${name}.json`);
  const paths = { kvmplay: ['dist/index.d.ts'], 'kvmplay/testing': ['dist/testing.d.ts'] };
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        paths: Object.fromEntries(
          Object.entries(paths).map(([key, files]) => [key, files.map((file) => join(staged.folder, file))]),
        ),
        typeRoots: [join(root, 'node_modules', '@types')],
        // Each problem on lines of its own, however wide the terminal is.
        pretty: false,
      },
      include: [],
      files: [join(root, 'test', 'types', `${name}.ts`)],
    }),
  );
  const { stdout } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', project], {
    encoding: 'utf8',
  });
  // What follows a problem indented explains it.
  return stdout.split(/\n(?=\S)/).flatMap((text) => {
    const [, line = '', message] = /^[^(\n]*\((\d+),\d+\): error TS\d+: ([^]*)/.exec(text) ?? [];
    return message === undefined ? [] : [{ line: Number(line), message }];
  });
}

const lines = readFileSync(join(root, 'test', 'types', 'must-not-compile.ts'), 'utf8').split('\n');
const expectations = lines.flatMap((text, index) => {
  const [, message] = /^\s*\/\/ wrong: (.+)/.exec(text) ?? [];
  // The comment stands on the line before, and lines count from 1.
  return message === undefined ? [] : [{ line: index + 2, message, code: lines[index + 1]?.trim() ?? '' }];
});

describe('the types of the package', () => {
  it('take what users may write', () => {
    expect(problemsOf('must-compile')).toEqual([]);
  });

  const problems = problemsOf('must-not-compile');

  it.each(expectations)('refuse $code', ({ line, message }) => {
    expect(problems.filter((problem) => problem.line === line)).toEqual([
      { line, message: expect.stringContaining(message) },
    ]);
  });

  it('refuse nothing else', () => {
    expect(problems.map(({ line }) => line)).toEqual(expectations.map(({ line }) => line));
  });
});
