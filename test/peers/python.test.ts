import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { globMatcher } from '../../src/inventory/glob.ts';
import { parsePythonLiteral } from '../../src/inventory/python-literal.ts';
import { toRegex } from '../../src/inventory/python-regex.ts';
import { splitShellWords } from '../../src/model/shell-words.ts';
import { needProgram } from '../support/packages.ts';

beforeAll(() => needProgram('/usr/bin/python3', 'python3'), 240_000);

/** What Python's expression over `text` gives for each text; null where it throws or JSON cannot hold what it gives. */
function askPython(expression: string, texts: readonly unknown[]): readonly unknown[] {
  const program = `
import ast, fnmatch, json, re, shlex, sys, warnings
warnings.simplefilter('ignore')
def answer(text):
    try:
        return json.loads(json.dumps([${expression}], allow_nan=False))
    except Exception:
        return None
json.dump([answer(text) for text in json.load(sys.stdin)], sys.stdout)`;
  const answer = execFileSync('/usr/bin/python3', ['-c', program], {
    input: JSON.stringify(texts),
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(answer.toString()) as unknown[];
}

function sample(tokens: readonly string[], count: number): readonly string[] {
  const text = fc.array(fc.constantFrom(...tokens), { maxLength: 8 }).map((parts) => parts.join(''));
  return fc.sample(text, { numRuns: count, seed: 4 });
}

describe('parsePythonLiteral', () => {
  it('reads what ast.literal_eval reads, and as that does', () => {
    const tokens = [
      ...['1', '0', '10', '0x1F', '0o7', '1_0', '1.5', '.5', '1e3', '-', '+', 'True', 'False', 'None'],
      ...['"a"', "'b'", "'it\\'s'", "u'x'", "r'\\d'", "'\\x41'", "'\\n'", "'''c'''", 'word', '#', ' '],
      ...['[', ']', '(', ')', '{', '}', ',', ':', ', ', ': '],
    ];
    const texts = sample(tokens, 20_000);

    const values = askPython('ast.literal_eval(text)', texts);

    const ours = texts.map((text) => {
      const literal = parsePythonLiteral(text);
      return literal === undefined ? null : [literal.value];
    });
    expect(wrong(texts, ours, values)).toEqual([]);
    expect(values.filter((value) => value !== null).length).toBeGreaterThan(1000);
  });
});

describe('splitShellWords', () => {
  it.each([true, false])('cuts words where shlex.split cuts them, with comments: %p', (comments) => {
    const texts = sample(['a', 'b=1', ' ', '\t', '"', "'", '\\', '#', '=', '""', '\\"', 'ü'], 20_000);

    const values = askPython(`shlex.split(text, comments=${comments ? 'True' : 'False'})`, texts);

    const ours = texts.map((text) => {
      try {
        return [splitShellWords(text, { comments })];
      } catch {
        return null;
      }
    });
    expect(wrong(texts, ours, values)).toEqual([]);
  });
});

describe('globMatcher', () => {
  it('matches what fnmatch matches', () => {
    // A range that runs backwards is refused here, and matches nothing there.
    const globs = sample(
      ['a', 'b', '*', '?', '[', ']', '!', '-', '^', '.', '[ab]', '[!a]', '[a-b]', '\\'],
      5000,
    ).filter(isGlob);
    const names = ['', 'a', 'b', 'ab', 'a.b', 'abba', '[a]', 'a-b', '^', '!', 'b\\a', ']', '*'];

    const values = askPython(
      '[fnmatch.fnmatchcase(n, text[0]) for n in text[1]]',
      globs.map((glob) => [glob, names]),
    );

    const ours = globs.map((glob) => {
      const matches = globMatcher(glob);
      return [names.map((name) => matches(name))];
    });
    expect(wrong(globs, ours, values)).toEqual([]);
  });
});

describe('toRegex', () => {
  it('finds what re.search finds', () => {
    const tokens = [
      ...['a', 'b', 'ü', '1', '-', '.', '*', '+', '?', '|', '^', '$', '(', ')', '(?:', ' '],
      ...[
        '[',
        ']',
        '[^',
        '[]',
        '[^]',
        '[a-c]',
        '\\w',
        '\\W',
        '\\d',
        '\\s',
        '\\b',
        '\\A',
        '\\Z',
        '\\.',
        '\\-',
        '\\k',
      ],
      ...['{2}', '{,2}', '{1,}', '{', '}', '&&', '/', '\\n', '\\x61', '[\\w-]', '[\\W_]', '(?=b)', '(?<!a)'],
    ];
    const names = ['', 'a', 'b', 'ab', 'aab-1', 'ü.b', 'A B', 'a]b', 'a\nb\n', '{a}', '12', '&-/'];
    // What repeats a look around or a boundary is refused here, as are the possessive quantifiers of Python 3.11.
    const expressions = sample(tokens, 20_000).filter(
      (text) => !/(?:\(\?[=<][^)]*\)|\\[bAZ]|[\^$])[*+?{]|[*+?}]\+/.test(text),
    );

    const values = askPython(
      '[[m.start(), m.group(0)] if (m := re.search(text[0], n)) else None for n in text[1]]',
      expressions.map((expression) => [expression, names]),
    );

    const ours = expressions.map((expression) => {
      try {
        const regex = toRegex(expression);
        return [
          names.map((name) => {
            const found = regex.exec(name);
            return found === null ? null : [found.index, found[0]];
          }),
        ];
      } catch {
        return null;
      }
    });
    expect(wrong(expressions, ours, values)).toEqual([]);
    expect(values.filter((value) => value !== null).length).toBeGreaterThan(1000);
  });
});

function isGlob(text: string): boolean {
  try {
    globMatcher(text);
    return true;
  } catch {
    return false;
  }
}

function wrong(
  texts: readonly string[],
  ours: readonly unknown[],
  theirs: readonly unknown[],
): readonly unknown[] {
  return texts
    .map((text, index) => ({ text, ours: ours[index], python: theirs[index] }))
    .filter((each) => JSON.stringify(each.ours) !== JSON.stringify(each.python))
    .slice(0, 20);
}
