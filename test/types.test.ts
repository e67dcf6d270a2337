import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { typeProblems } from './support/compile.ts';

// The package is built and a compiler started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const mustCompile = join(import.meta.dirname, 'types', 'must-compile.ts');
const mustNotCompile = join(import.meta.dirname, 'types', 'must-not-compile.ts');

const lines = readFileSync(mustNotCompile, 'utf8').split('\n');
const expectations = lines.flatMap((text, index) => {
  const [, message] = /^\s*\/\/ wrong: (.+)/.exec(text) ?? [];
  // The comment stands on the line before, and lines count from 1.
  return message === undefined ? [] : [{ line: index + 2, message, code: lines[index + 1]?.trim() ?? '' }];
});

describe('the types of the package', () => {
  it('take what users may write', () => {
    expect(typeProblems([mustCompile])).toEqual([]);
  });

  const problems = typeProblems([mustNotCompile]);

  it.each(expectations)('refuse $code', ({ line, message }) => {
    expect(problems.filter((problem) => problem.line === line)).toEqual([
      expect.objectContaining({ message: expect.stringContaining(message) }),
    ]);
  });

  it('refuse nothing else', () => {
    expect(problems.map(({ line }) => line)).toEqual(expectations.map(({ line }) => line));
  });
});
