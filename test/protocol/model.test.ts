import { cpus } from 'node:os';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import pLimit from 'p-limit';
import { mutants } from './support/mutants.ts';
import { mutate } from './support/mutate.ts';
import { recordProof } from './support/proof.ts';
import { scenarios } from './support/scenarios.ts';
import { explore, type Exploration, needSpin, readModel } from './support/spin.ts';

jest.setTimeout(1_500_000);

const inTurn = pLimit(Math.max(1, cpus().length));
let model: string;

beforeAll(async () => {
  await needSpin();
  model = await readModel();
});

describe('the protocol', () => {
  it('keeps its promises in every order of its actors', async () => {
    const quick = scenarios.filter(({ isQuick }) => isQuick);

    const ends = await Promise.all(
      quick.map(({ name, flags }) => inTurn(async () => ({ name, ...(await explore(model, flags)) }))),
    );

    expect(ends.filter(({ verdict }) => verdict !== 'held')).toEqual([]);
    recordProof('model', { scenarios: ends.length, states: sumOf(ends) });
  });

  it('loses a host without any of its rules, and the model finds it', async () => {
    const ends = await Promise.all(
      mutants.map((mutant) =>
        inTurn(async () => ({
          name: mutant.name,
          ...(await explore(mutate(model, mutant), mutant.flags, { optimization: '-O0' })),
        })),
      ),
    );

    expect(ends.filter(({ verdict }) => verdict !== 'lost')).toEqual([]);
    recordProof('mutants', { found: ends.length });
  });
});

function sumOf(ends: readonly Exploration[]): number {
  return ends.reduce((sum, { states }) => sum + states, 0);
}
