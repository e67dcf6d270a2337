import { describe, expect, it } from '@jest/globals';
import { codeFrame } from '../../../src/cli/output/code-frame.ts';

const source = [
  'one',
  '\ttwo();',
  'three',
  ...Array.from({ length: 8 }, (_, index) => `line ${index + 4}`),
].join('\n');

describe('codeFrame', () => {
  it('marks line and column between their neighbours', () => {
    expect(codeFrame(source, { line: 3, column: 2 })).toBe(
      '  2 | \ttwo();\n> 3 | three\n    |  ^\n  4 | line 4',
    );
  });

  it('puts the caret under its column behind tabs', () => {
    expect(codeFrame(source, { line: 2, column: 3 }).split('\n')[2]).toBe('    | \t ^');
  });

  it('marks a line without column, and the first and last lines', () => {
    expect(codeFrame(source, { line: 1 })).toBe('> 1 | one\n  2 | \ttwo();');
    expect(codeFrame(source, { line: 11 })).toBe('  10 | line 10\n> 11 | line 11');
  });

  it('keeps line numbers in one column', () => {
    expect(codeFrame(source, { line: 9 })).toBe('   8 | line 8\n>  9 | line 9\n  10 | line 10');
  });
});
