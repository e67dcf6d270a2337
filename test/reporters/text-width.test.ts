import { describe, expect, it } from '@jest/globals';
import { fit, pad, widthOf } from '../../src/reporters/text-width.ts';

describe('widthOf', () => {
  it.each([
    ['ASCII', 'kvm-1.example', 13],
    ['letters with marks', 'e\u0301\u00fc', 2],
    ['Chinese', '虚拟机', 6],
    ['Korean and Japanese', '한글カナ', 8],
    ['full-width forms', 'ＫＶＭ', 6],
    ['a picture', '🖥', 2],
    ['what is not seen', 'a\u200bb\u200d', 2],
    ['nothing', '', 0],
  ])('measures %s', (_, text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe('fit', () => {
  it.each([
    ['leaves what fits', 'kvm1', 4, 'kvm1'],
    ['cuts what is too long', 'kvm1.example', 6, 'kvm1.…'],
    ['cuts no letter in halves', '虚拟机', 4, '虚…'],
    ['leaves nothing of nothing', 'kvm1', 0, ''],
  ])('%s', (_, text, width, fitting) => {
    expect(fit(text, width)).toBe(fitting);
  });
});

describe('pad', () => {
  it.each([
    ['short', 'kvm1', 'kvm1  '],
    ['wide', '虚拟', '虚拟  '],
    ['cut between two cells', '虚拟机器', '虚拟… '],
  ])('makes a %s text as wide as told', (_, text, padded) => {
    expect(pad(text, 6)).toBe(padded);
    expect(widthOf(pad(text, 6))).toBe(6);
  });
});
