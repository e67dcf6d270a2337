import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as library from '../../src/index.ts';
import { isKvmplayError } from '../../src/errors.ts';
import type { FactSet } from '../../src/model/fact.ts';
import type { Task } from '../../src/model/task.ts';
import { checkTaskLaws, fakeHost, type FakeHost } from '../../src/testing.ts';
import { type BareHost, bareHost, optionsOf } from './host-arbitrary.ts';
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

function taskOf({ task: wanted }: Step): AnyTask {
  const task = tasks.find(({ name }) => name === wanted)?.task;
  if (task === undefined) throw new Error(`there is no task ${wanted}`);
  return task;
}

/** Where a task refuses nothing happens: that is not what laws are about. */
async function arrive({ start, steps }: Situation): Promise<FakeHost> {
  const host = fakeHost(optionsOf(start));
  for (const one of steps) {
    try {
      await host.perform(taskOf(one), one.input);
    } catch (error) {
      if (!isKvmplayError(error) || !['KVMPLAY_PLAN', 'KVMPLAY_TASK_INPUT'].includes(error.code)) throw error;
    }
  }
  return host;
}

const runs = lawRuns(100);

describe.each(tasks)('the laws of tasks › $name', ({ name }) => {
  it('plans purely and honestly, converges, and can be taken back', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(situation(name), async (given) => {
        const end = await checkTaskLaws(taskOf(given.last), given.last.input, await arrive(given));

        if (end === 'changed') changed++;
      }),
      runs,
    );
    expect(changed).toBeGreaterThan(runs.numRuns / 20);
  });
});

describe('the laws of tasks', () => {
  it('are asked of every task that the library has', () => {
    expect(tasks.map(({ name }) => name)).toEqual([
      'ensureAddress',
      'ensureBond',
      'ensureBridge',
      'ensureFile',
      'ensureKernelModule',
      'ensureLines',
      'ensurePackage',
      'ensureService',
      'ensureSysctl',
      'ensureVlan',
    ]);
  });
});
