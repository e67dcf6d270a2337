import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import {
  assign,
  keysOf,
  parseIfcfg,
  peekValue,
  printIfcfg,
  valueOf,
} from '../../../src/backends/ifcfg/ifcfg-file.ts';
import { PlanError } from '../../../src/errors.ts';

const path = 'ifcfg-eno3';

/** Bits of shell that can do no harm when a real one runs them. */
const bits = [
  'A',
  'b',
  '1',
  '=',
  '"',
  "'",
  '\\',
  ' ',
  '\n',
  '\t',
  '#',
  '$',
  '~',
  ':',
  'A=',
  '\nB=',
  '$A',
  '${B}',
  '\\\n',
];
const anyText = fc.array(fc.constantFrom(...bits), { maxLength: 24 }).map((parts) => parts.join(''));
const anyAssignments = fc
  .array(fc.constantFrom(...bits, '"a b"', "'c\\'", '"\\""', ' # x'), { minLength: 1, maxLength: 5 })
  .map((parts) => `B=\nA=${parts.join('')}\n`);

const anyBytes = fc.string({ unit: 'binary', maxLength: 60 });

describe('parseIfcfg', () => {
  it('loses no byte of any text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyBytes), (text) => {
        expect(printIfcfg(parseIfcfg(path, text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('throws nothing but PlanError', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyBytes), (text) => {
        const file = parseIfcfg(path, text);
        for (const key of ['A', 'B', 'a'])
          expect(errorOf(() => valueOf(file, key))).toEqual(expect.any(PlanError));
      }),
      { numRuns: 2000 },
    );
  });

  it('understands values as a shell does, wherever it claims to understand them', () => {
    const texts = fc.sample(anyAssignments, { numRuns: 2000, seed: 7 });
    const claims = texts.flatMap((text) => {
      const file = parseIfcfg(path, text);
      const values = ['A', 'B'].map((key) => peekValue(file, key));
      return values.includes(undefined) ? [] : [{ text, values }];
    });

    const values = readByShell(claims.map(({ text }) => text));

    expect(claims.length).toBeGreaterThan(400);
    expect(claims.map(({ text }, index) => ({ text, values: values[index] }))).toEqual(claims);
  });

  it.each([
    ['A=1', '1'],
    ['A="1 2" # both', '1 2'],
    ["A='$x'", '$x'],
    ['A=a"b"\'c\'\\ d', 'abc d'],
    ['A="\\"\\$\\\\\\a"', '"$\\\\a'],
    ['A="two\nlines"', 'two\nlines'],
    ['A=on\\\ne', 'one'],
    ['A=a#b', 'a#b'],
    ['A="5 $"', '5 $'],
    ['A=', ''],
    [' \tA=1', '1'],
    ['A=1\nA=2', '2'],
    ['#A=1', undefined],
    ['NOTE="\nA=1\n"', undefined],
  ])('reads %j', (text, value) => {
    expect(valueOf(parseIfcfg(path, text), 'A')).toBe(value);
  });

  it.each([
    'A=$B',
    'A=`hostname`',
    'A=$(hostname)',
    'A="x${B}"',
    'A=~',
    'A=1; B=2',
    'A=1 B=2',
    'A=1 true',
    'A+=1',
    'export A=1',
    'unset A',
    '[ -e /x ] && A=1',
    'A=(1 2)',
    'A=$"x"',
    'for x in 1; do',
    'cat <<END',
    'B="',
  ])('refuses to tell what A is after %j', (text) => {
    const file = parseIfcfg(path, `${text}\n`);

    expect(() => valueOf(file, 'A')).toThrow(PlanError);
    expect(() => assign(file, [{ key: 'A', value: undefined }])).toThrow(PlanError);
    expect(peekValue(file, 'A')).toBeUndefined();
  });

  it('tells what A is beside commands that do not name it', () => {
    const file = parseIfcfg(path, 'A=1\n. /etc/defaults\nB=$(hostname -s)\nNOTE="of $A and ${A}"\n');

    expect(valueOf(file, 'A')).toBe('1');
    expect(keysOf(file)).toEqual(['A']);
  });
});

describe('assign', () => {
  it.each([
    [
      'replaces a value where it stands, with its comment',
      'X=1\n  A="b" # why\nY=2\n',
      'c',
      'X=1\n  A=c # why\nY=2\n',
    ],
    ['sets the last of several and drops the others', 'A=1\nX=1\nA=2\n', '3', 'X=1\nA=3\n'],
    ['leaves an earlier one that the last makes void', 'A=no\nX=1\nA=yes\n', 'yes', 'A=no\nX=1\nA=yes\n'],
    ['leaves an empty one that shall not be there', 'A=1\nA=\n', undefined, 'A=1\nA=\n'],
    ['keeps several that agree', 'A=1\nX=1\nA="1"\n', '1', 'A=1\nX=1\nA="1"\n'],
    ['appends a new key', 'X=1\n', '2', 'X=1\nA=2\n'],
    ['appends to a file without a last newline, and adds none', 'X=1', '2', 'X=1\nA=2'],
    ['fills an empty file', '', '2', 'A=2\n'],
    ['removes every assignment, but no comment', '#A=0\nA=1\nX=1\nA=2', undefined, '#A=0\nX=1'],
    ['quotes a value with a space', '', 'mode=6 miimon=100', 'A="mode=6 miimon=100"\n'],
    ['quotes a value that the shell would expand', '', "$x'`y`", "A='$x'\\''`y`'\n"],
  ])('%s', (_, before, value, after) => {
    expect(printIfcfg(assign(parseIfcfg(path, before), [{ key: 'A', value }]))).toBe(after);
  });

  it('leaves a value that means the same', () => {
    const file = parseIfcfg(path, 'A=static\n');

    expect(assign(file, [{ key: 'A', value: 'none', means: (value) => value === 'static' }])).toBe(file);
  });

  it('drops an earlier one of a key of which any one counts', () => {
    const file = parseIfcfg(path, 'A=no\nX=1\nA=yes\n');

    expect(printIfcfg(assign(file, [{ key: 'A', value: 'yes', anyCounts: true }]))).toBe('X=1\nA=yes\n');
  });

  it('adds no key that its reader takes for said already', () => {
    const file = parseIfcfg(path, 'X=1\n');

    expect(assign(file, [{ key: 'A', value: 'yes', isDefault: true }])).toBe(file);
  });

  it('writes values that a shell reads back', () => {
    const values = fc.sample(fc.string({ unit: 'grapheme-ascii', maxLength: 12 }), { numRuns: 300, seed: 7 });
    const texts = values.map((value) => printIfcfg(assign(parseIfcfg(path, ''), [{ key: 'A', value }])));

    expect(readByShell(texts).map(([value]) => value)).toEqual(values);
  });

  it('refuses a value of two lines', () => {
    expect(() => assign(parseIfcfg(path, ''), [{ key: 'A', value: 'x\nB=1' }])).toThrow(
      new PlanError('"x\\nB=1" should be a value of one line'),
    );
  });
});

/** A and B after each text, as sh has them. */
function readByShell(texts: readonly string[]): readonly (readonly string[])[] {
  const script = 'for text; do (eval "$text"; printf "%s\\1%s\\2" "$A" "$B") 2> /dev/null; done';
  const output = execFileSync('/bin/sh', ['-c', script, 'sh', ...texts], {
    encoding: 'utf8',
    env: { PATH: '/nonexistent', HOME: '/home' },
  });
  return output
    .split('\u0002')
    .slice(0, -1)
    .map((pair) => pair.split('\u0001'));
}

/** What `run` throws; a PlanError of our own when it throws nothing. */
function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return new PlanError('');
}
