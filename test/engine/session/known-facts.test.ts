import { describe, expect, it } from '@jest/globals';
import { KnownFacts } from '../../../src/engine/session/known-facts.ts';
import type { Change } from '../../../src/model/change.ts';
import { answerAfter, type Fact } from '../../../src/model/fact.ts';

/** How many files a host has. */
const count: Fact<number> = {
  name: 'count',
  script: '',
  parse: Number,
  after: (value, { kind }) => (kind === 'file.write' ? value + 1 : value),
};
const write: Change = { kind: 'file.write', path: '/etc/x', mode: 0o644, after: '' };

describe('KnownFacts', () => {
  it('answers with the planned changes folded in, each of them once', () => {
    const known = new KnownFacts();
    known.add([count], new Map([['count', { value: 5 }]]));

    expect(known.current(count)).toBe(5);
    known.expect([write]);
    expect(known.current(count)).toBe(6);
    known.expect([write]);
    expect([known.current(count), known.current(count)]).toEqual([7, 7]);
    expect(known.answers).toEqual(new Map([['count', { value: 5 }]]));
    expect(known.prediction).toEqual([write, write]);
  });

  it('starts anew from other answers with the changes that are left', () => {
    const known = new KnownFacts();
    known.add([count], new Map([['count', { value: 5 }]]));
    known.expect([write, write]);
    known.current(count);

    known.restart(new Map([['count', { value: 10 }]]), [write]);

    expect(known.current(count)).toBe(11);
    expect(known.prediction).toEqual([write]);
  });

  it('knows what was asked, and what of it has no answer any more', () => {
    const known = new KnownFacts();

    expect(known.isEmpty).toBe(true);
    known.add([count], new Map([['count', { value: 5 }]]));
    expect([known.isEmpty, known.has(count)]).toEqual([false, true]);
    known.restart(new Map());
    expect([known.isEmpty, known.has(count), known.answered]).toEqual([false, false, []]);
  });
});

describe('a fact that failed', () => {
  it('throws its error when somebody reads it, whatever is planned', () => {
    const known = new KnownFacts();
    known.add([count], new Map([['count', { error: new Error('no count') }]]));
    known.expect([write]);

    expect(known.has(count)).toBe(true);
    expect(() => known.current(count)).toThrow('no count');
    expect(answerAfter(count, { value: 1 }, [write, write])).toEqual({ value: 3 });
  });
});
