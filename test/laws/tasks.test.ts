import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as library from '../../src/index.ts';
import { isKvmplayError } from '../../src/errors.ts';
import { type BondMode, bondOptionRule } from '../../src/model/bond-options.ts';
import { type Change, inverseOf, irreversibleKinds } from '../../src/model/change.ts';
import { describeChange } from '../../src/model/describe-change.ts';
import type { FactSet } from '../../src/model/fact.ts';
import { broadcastOf } from '../../src/model/ip.ts';
import { portsOf } from '../../src/model/kernel.ts';
import type { LinkKind, LinkOptions } from '../../src/model/link.ts';
import type { Plan, Task } from '../../src/model/task.ts';
import { type NetworkAnswers, networkFacts } from '../../src/tasks/network-facts.ts';
import { refusalOf } from '../../src/testing/kernel-rules.ts';
import { answersOf, type BareHost, bareHost } from './host-arbitrary.ts';
import { lawRuns } from './law-runs.ts';

type AnyTask = Task<unknown, FactSet, unknown>;

/** Every task of the library, found by being exported. */
const tasks = Object.entries(library).flatMap(([name, value]: [string, unknown]) =>
  typeof value === 'function' && 'task' in value ? [{ name, task: value.task as AnyTask }] : [],
);

/** Beside the tests of each task stands what it may be asked for. */
const arbitraries = new Map<string, fc.Arbitrary<unknown>>();

beforeAll(async () => {
  for (const { name } of tasks) {
    const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const module = (await import(`../tasks/${file}.arbitrary.ts`)) as {
      readonly arbitrary: fc.Arbitrary<unknown>;
    };
    arbitraries.set(name, module.arbitrary);
  }
});

interface Step {
  readonly task: string;
  readonly input: unknown;
}

function step(only?: string): fc.Arbitrary<Step> {
  const chosen = tasks.filter(({ name }) => only === undefined || name === only);
  return fc.oneof(
    ...chosen.map(({ name }) => {
      const arbitrary = arbitraries.get(name);
      if (arbitrary === undefined) throw new Error(`${name} has no arbitrary`);
      return arbitrary.map((input) => ({ task: name, input }));
    }),
  );
}

/** A host that tasks have been at, and one more task for it. */
interface Situation {
  readonly start: BareHost;
  readonly steps: readonly Step[];
  readonly last: Step;
}

function situation(only: string): fc.Arbitrary<Situation> {
  return fc.record(
    { start: bareHost, steps: fc.array(step(), { maxLength: 5 }), last: step(only) },
    { noNullPrototype: true },
  );
}

/** Undefined where the task refuses: that is not what laws are about. */
function tryPlan({ task: wanted, input }: Step, facts: NetworkAnswers): Plan | undefined {
  const task = tasks.find(({ name }) => name === wanted)?.task;
  if (task === undefined) throw new Error(`there is no task ${wanted}`);
  try {
    return task.plan(task.validate(input), facts, { name: 'kvm1' });
  } catch (error) {
    if (isKvmplayError(error) && ['KVMPLAY_PLAN', 'KVMPLAY_TASK_INPUT'].includes(error.code))
      return undefined;
    throw error;
  }
}

function foldOne(facts: NetworkAnswers, change: Change): NetworkAnswers {
  const answers: Readonly<Record<string, unknown>> = { ...facts };
  const folded = Object.entries(networkFacts as FactSet).map(([key, fact]) => [
    key,
    fact.after(answers[key], change),
  ]);
  return Object.fromEntries(folded) as NetworkAnswers;
}

/** The facts after changes that a kernel would all do, just as they say. */
function fold(start: NetworkAnswers, changes: readonly Change[]): NetworkAnswers {
  return changes.reduce((facts, change) => {
    const refusal = refusalOf(facts, change);
    if (refusal !== undefined) throw new Error(`${describeChange(change)}: ${refusal}\nof ${list(changes)}`);
    return foldOne(facts, change);
  }, start);
}

function list(changes: readonly Change[]): string {
  return changes.map(describeChange).join('\n   ');
}

function arrive({ start, steps }: Situation): NetworkAnswers {
  return steps.reduce((facts, one) => fold(facts, tryPlan(one, facts)?.changes ?? []), answersOf(start));
}

/** What can be compared: order counts among the IPv4 addresses of one network, options in a mode that takes them. */
function comparable({ links, addresses, routes, files }: NetworkAnswers): unknown {
  const places = new Map<string, string[]>();
  for (const { link, address } of addresses) {
    const place = `${link} ${broadcastOf(address) ?? address}`;
    places.set(place, [...(places.get(place) ?? []), address]);
  }
  return {
    links: [...links.values()]
      .map(({ macPinned: _, options, ...link }) => ({
        ...link,
        // Of a controller without ports it is made up.
        mac: options !== undefined && portsOf(links, link.name).length === 0 ? '' : link.mac,
        options: options && legalOptions(link.kind, options),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    addresses: [...places].sort(([a], [b]) => (a < b ? -1 : 1)),
    routes: routes.map((route) => JSON.stringify(Object.entries(route).sort())).sort(),
    files: [...files].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

function legalOptions(kind: LinkKind, options: LinkOptions): LinkOptions {
  const isLegal = (option: string): boolean =>
    kind !== 'bond' || bondOptionRule.get(option)?.modes?.includes(options['mode'] as BondMode) !== false;
  return Object.fromEntries(Object.entries(options).filter(([option]) => isLegal(option)));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const inner: unknown[] = value instanceof Map ? [...value.values()] : Object.values(value);
  if (value instanceof Map)
    Object.defineProperties(value, { set: { value: refuse }, delete: { value: refuse } });
  Object.freeze(value);
  inner.forEach(deepFreeze);
  return value;
}

function refuse(): never {
  throw new Error('a frozen map was written to');
}

const runs = lawRuns(60);

describe.each(tasks)('the laws of tasks › $name', ({ name }) => {
  it('is planned alike twice on facts and input that nobody may write to', () => {
    fc.assert(
      fc.property(situation(name), (given) => {
        const facts = deepFreeze(arrive(given));
        const last = deepFreeze(given.last);

        expect(tryPlan(last, facts)).toEqual(tryPlan(last, facts));
      }),
      runs,
    );
  });

  it('lists all that a kernel would do, and nothing that it would not', () => {
    let changed = 0;
    fc.assert(
      fc.property(situation(name), (given) => {
        const facts = arrive(given);
        const plan = tryPlan(given.last, facts);

        expect(() => fold(facts, plan?.changes ?? [])).not.toThrow();
        if (plan !== undefined && plan.changes.length > 0) changed++;
      }),
      runs,
    );
    expect(changed).toBeGreaterThan(runs.numRuns / 20);
  });

  it('has nothing left to do once it is done', () => {
    fc.assert(
      fc.property(situation(name), (given) => {
        const facts = arrive(given);
        const plan = tryPlan(given.last, facts);
        fc.pre(plan !== undefined);
        const after = fold(facts, plan.changes);

        expect(list(tryPlan(given.last, after)?.changes ?? [])).toEqual('');
        expect(tryPlan(given.last, after)).toBeDefined();
      }),
      runs,
    );
  });

  it('can be taken back to where it began', () => {
    fc.assert(
      fc.property(situation(name), (given) => {
        const facts = arrive(given);
        const plan = tryPlan(given.last, facts);
        fc.pre(plan !== undefined);
        const undo = plan.changes
          .filter(({ kind }) => !irreversibleKinds.includes(kind))
          .toReversed()
          .flatMap((change) => inverseOf(change) ?? []);

        expect(comparable(fold(fold(facts, plan.changes), undo))).toEqual(comparable(facts));
      }),
      runs,
    );
  });
});

describe('the laws of tasks', () => {
  it('are asked of every task that the library has', () => {
    expect(tasks.map(({ name }) => name)).toEqual([
      'ensureAddress',
      'ensureBond',
      'ensureBridge',
      'ensureVlan',
    ]);
  });
});
