import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitShellWords } from '../../src/model/shell-words.ts';

// test/peers/python.test.ts compares it with Python's shlex.
describe('splitShellWords', () => {
  it('finds the words that were quoted, whatever is in them', () => {
    const quoted = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(splitShellWords(words.map(quoted).join(' '))).toEqual(words);
      }),
    );
  });

  it.each([
    ['a # b', false, ['a', '#', 'b']],
    ['a # b', true, ['a']],
    ['a#b', true, ['a']],
    ["a '#b'", true, ['a', '#b']],
  ])('splits %j with comments %p', (line, comments, words) => {
    expect(splitShellWords(line, { comments })).toEqual(words);
  });

  it.each([
    ["'a", "the quote ' is not closed"],
    ['a "b', 'the quote " is not closed'],
    ['a \\', 'its last backslash escapes nothing'],
  ])('refuses %s', (line, sentence) => {
    expect(() => splitShellWords(line)).toThrow(new RangeError(sentence));
  });
});
