import { execFileSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { quote, quoteCommand } from '../../src/transports/shell-quote.ts';

/** What a real sh makes of the words: each followed by a NUL. */
function wordsOf(line: string): string[] {
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}

const special = Array.from('\'"\\$`!*?[]{}()<>|&;#~=%^ \t\n-aZ0äé€');

const word = fc
  .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...special) }))
  .filter((text) => !text.includes('\0'));

describe('quote', () => {
  it.each([
    ['a plain word', 'br6.10', 'br6.10'],
    ['a path', '/sys/class/net/bond6', '/sys/class/net/bond6'],
    ['an empty word', '', "''"],
    ['a quote', "it's", String.raw`'it'\''s'`],
    ['a variable', '$HOME', "'$HOME'"],
    ['an assignment', 'A=1', "'A=1'"],
    ['a reserved word', 'for', "'for'"],
    ['a home directory', '~root', "'~root'"],
  ])('writes %s', (_what, text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  it('refuses a NUL, which no argument can hold', () => {
    expect(() => quote('a\0b')).toThrow(String.raw`"a\u0000b" cannot be an argument: it holds a NUL`);
  });

  it('gives a real sh the very words it was given', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        expect(wordsOf(words.map(quote).join(' '))).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });
});

describe('quoteCommand', () => {
  it('refuses a command without a name', () => {
    expect(() => quoteCommand([])).toThrow('a command needs at least a name');
  });

  it.each(['if', 'while', 'A=1', '!', '{', 'in', '~', 'a b', '#'])(
    'makes %s the name of a command',
    (name) => {
      const script = `command_not_found_handle() { :; }; ${quoteCommand([name])} 2>/dev/null; echo $?`;

      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe('127\n');
    },
  );
});
