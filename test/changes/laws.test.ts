import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coursesOf } from '../../src/changes/course.ts';
import { type Change, inverseOf, kindOf, kinds } from '../../src/changes/index.ts';
import type { Answer } from '../../src/changes/kind.ts';
import { changeSchema, unknownIn } from '../../src/changes/schema.ts';
import { links } from '../../src/facts/index.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Links } from '../../src/model/link.ts';
import type { AnyFact } from '../../src/model/task.ts';
import { lawRuns } from '../laws/law-runs.ts';
import { type KindCase, kindCases } from './cases.ts';

type Facts = readonly (readonly [AnyFact, unknown])[];

const cases = Object.entries<KindCase<Change>>(kindCases);

function answerFrom(facts: Facts): Answer {
  return <T>(fact: Fact<T>) => {
    const found = facts.find(([{ name }]) => name === fact.name);
    if (found === undefined) throw new Error(`fact ${fact.name} is none of the change's`);
    return found[1] as T;
  };
}

/** Where a change does not find what it was planned on. */
function driftOf(change: Change, facts: Facts): readonly string[] {
  const answer = answerFrom(facts);
  return kindOf(change).drift(change).check(answer, { changes: [], start: answer });
}

function missingOf(change: Change, facts: Facts): readonly string[] | undefined {
  return kindOf(change).drift(change).missing?.(answerFrom(facts));
}

function after(facts: Facts, change: Change): Facts {
  return facts.map(([fact, value]) => [fact, fact.after(value, change)]);
}

describe('the cases of these laws', () => {
  it('are of every kind there is', () => {
    expect(cases.map(([name]) => name).sort()).toEqual([...kinds.keys()].sort());
  });
});

describe.each(cases)('a change of kind %s', (_, kindCase) => {
  const { change: anyChange } = kindCase;

  function holds(law: (change: Change) => void): void {
    fc.assert(fc.property(anyChange, law), lawRuns(40));
  }

  it('is described in a line', () => {
    holds((change) => {
      expect(kindOf(change).describe(change)).toMatch(/^[-+~] \S[^\n]*$/);
    });
  });

  it('comes back from a file as it was, and with nothing that is not known', () => {
    holds((change) => {
      const written: unknown = JSON.parse(JSON.stringify(change));
      expect(changeSchema.parse(written)).toEqual(change);

      const { error } = changeSchema.safeParse({ ...change, surplus: true });
      expect(error && unknownIn(error)).toBe(`surplus of kind ${change.kind}`);
    });
  });

  it('is the inverse of its inverse', () => {
    holds((change) => {
      const inverse = inverseOf(change);
      const again = inverse && inverseOf(inverse);
      if (again !== undefined) expect(again).toEqual(change);
      if (inverse !== undefined) expect(inverse).not.toEqual(change);
    });
  });

  it('touches the links that its inverse touches, and no others than it names', () => {
    holds((change) => {
      const { frames = [], addresses = [] } = kindOf(change).touches(change);
      const inverse = inverseOf(change) ?? change;

      expect(kindOf(inverse).touches(inverse)).toEqual(kindOf(change).touches(change));
      for (const name of [...frames, ...addresses]) expect(wordsIn(change)).toContain(name);
    });
  });

  it('is compiled or staged, and never both', () => {
    holds((change) => {
      const isCompiled = kindOf(change).compile !== undefined;
      expect(kindOf(change).stage === undefined).toBe(isCompiled);
    });
  });

  it('asks the facts that tell its drift', () => {
    holds((change) => {
      const asked = kindOf(change)
        .drift(change)
        .facts.map(({ name }) => name);
      const given = kindCase.before(change).map(([{ name }]) => name);
      expect(asked.sort()).toEqual(given.sort());
    });
  });

  it('finds the host that it was planned on, and refuses the one on which it is made', () => {
    holds((change) => {
      const facts = kindCase.before(change);
      const made = after(facts, change);
      const inverse = inverseOf(change);

      expect(driftOf(change, facts)).toEqual([]);
      if (inverse === undefined) {
        expect(missingOf(change, facts)).not.toEqual([]);
        expect(missingOf(change, made)).toEqual([]);
      } else {
        expect(driftOf(change, made)).not.toEqual([]);
        if (sameFacts(change, inverse)) expect(driftOf(inverse, made)).toEqual([]);
      }
    });
  });

  it('is judged in whole sentences', () => {
    holds((change) => {
      const known = kindCase.before(change).find(([fact]) => fact.name === links.name)?.[1] as
        Links | undefined;
      const state = { links: known ?? new Map(), addresses: [] };
      const verdicts = coursesOf([change], state).flatMap(
        ({ course }) => kindOf(change).judge?.(change, course) ?? [],
      );
      for (const { seconds, reason } of verdicts) {
        expect(seconds).toBeGreaterThan(0);
        expect(reason).toMatch(/^\S.*\S$/);
      }
    });
  });
});

function sameFacts(one: Change, other: Change): boolean {
  const namesOf = (change: Change): readonly string[] =>
    kindOf(change)
      .drift(change)
      .facts.map(({ name }) => name);
  return namesOf(other).every((name) => namesOf(one).includes(name));
}

/** The words of every text in a value: a rule names links inside one text. */
function wordsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ');
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}
