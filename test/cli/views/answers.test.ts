import { describe, expect, it } from '@jest/globals';
import { formatAnswer, groupAnswers, summarize, type Answer } from '../../../src/cli/views/answers.ts';
import { foldNames } from '../../../src/cli/views/fold-names.ts';
import { printable } from '../../../src/model/printable.ts';

const answer = (host: string, code: number, stdout = '', stderr = ''): Answer => ({
  host,
  code,
  stdout,
  stderr,
});

describe('groupAnswers', () => {
  it('puts equal answers together, the largest group first', () => {
    const answers = [
      answer('a', 0, '6.1\n'),
      answer('b', 0, '3.10\n'),
      answer('c', 0, '3.10\n'),
      answer('d', 1, '3.10\n'),
    ];

    expect(groupAnswers(answers).map(({ hosts }) => hosts)).toEqual([['b', 'c'], ['a'], ['d']]);
  });

  it('tells stdout from stderr', () => {
    expect(
      groupAnswers([answer('a', 0, 'x', 'y'), answer('b', 0, 'xy'), answer('c', 0, '', 'xy')]),
    ).toHaveLength(3);
  });
});

describe('formatAnswer', () => {
  it('names the hosts, the code and marks what went to stderr', () => {
    expect(formatAnswer(['kvm1', 'kvm2', 'kvm3'], answer('', 2, 'one\n\ntwo\n', 'bad\n'))).toBe(
      'kvm1..kvm3 (3 hosts): exit code 2\n  one\n\n  two\n  stderr: bad',
    );
  });
});

describe('summarize', () => {
  it('counts ends, the best first', () => {
    const errors = [{ host: 'd', outcome: 'unreachable', message: 'no route' }] as const;

    expect(summarize([answer('a', 2), answer('b', 0), answer('c', 2)], errors)).toBe(
      '4 hosts: 1 exit code 0, 2 exit code 2, 1 unreachable',
    );
  });
});

describe('foldNames', () => {
  it.each([
    ['runs', ['kvm1', 'kvm2', 'kvm3', 'kvm7'], 'kvm1..kvm3, kvm7'],
    ['no pair', ['kvm1', 'kvm2'], 'kvm1, kvm2'],
    ['runs that gain a digit', ['kvm8', 'kvm9', 'kvm10'], 'kvm8..kvm10'],
    ['runs with zeros', ['kvm08', 'kvm09', 'kvm10'], 'kvm08..kvm10'],
    ['no mixture of widths', ['kvm9', 'kvm010', 'kvm011'], 'kvm9, kvm010, kvm011'],
    ['runs before a domain', ['r1-kvm1.lan', 'r1-kvm2.lan', 'r1-kvm3.lan'], 'r1-kvm1.lan..r1-kvm3.lan'],
    ['no run of other names', ['a1', 'b2', 'b3'], 'a1, b2, b3'],
    ['no names without a number', ['a', 'b', 'c'], 'a, b, c'],
  ])('folds %s', (_, names, folded) => {
    expect(foldNames(names)).toBe(folded);
  });
});

describe('printable', () => {
  it('spells out what a terminal would obey', () => {
    expect(printable('\u001b]0;title\u0007\tok\r\n\u009b2J\rkvm1: fine\u0000')).toBe(
      '\\u001b]0;title\\u0007\tok\n\\u009b2J\\u000dkvm1: fine\\u0000',
    );
  });

  it('leaves letters of all languages', () => {
    expect(printable('Žluťoučký kůň, 東京 🐎')).toBe('Žluťoučký kůň, 東京 🐎');
  });
});
