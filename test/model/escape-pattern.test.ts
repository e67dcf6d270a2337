import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapePattern, starPattern } from '../../src/model/escape-pattern.ts';

describe('escapePattern', () => {
  it.each(['', 'u', 'v', 'su'])('matches the text and no other, with flags "%s"', (flags) => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from('\\^$.*+?()[]{}|/-#&~ a')) }),
    );

    fc.assert(
      fc.property(text, text, (one, other) => {
        const expression = new RegExp(`^(?:${escapePattern(one)})$`, flags);
        expect(expression.test(one)).toBe(true);
        expect(expression.test(other)).toBe(one === other);
      }),
    );
  });
});

describe('starPattern', () => {
  it.each([
    ['pair-*', 'pair-1', true],
    ['pair-*', 'a pair-1', false],
    ['a.b', 'axb', false],
    ['*(x)*', 'the (x) y', true],
    ['bond6', 'bond60', false],
  ])('%s of %s: %s', (pattern, text, fits) => {
    expect(new RegExp(starPattern(pattern), 'u').test(text)).toBe(fits);
  });
});
