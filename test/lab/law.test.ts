import { env } from 'node:process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Lab } from '../../src/lab/index.ts';
import { recordProof } from '../protocol/support/proof.ts';
import { makeBare, ringLab } from './support/lab.ts';
import { type LawCase, runLaw } from './support/law/run-law.ts';

/** The same hosts every time; `LAW_RUNS=200 LAW_SEED=5000` for many and other ones. */
const count = Number(env['LAW_RUNS'] ?? 50);
const first = Number(env['LAW_SEED'] ?? 1);

let lab: Lab;

beforeAll(async () => {
  lab = await ringLab();
  await makeBare(lab, ['kvm3']);
}, 90_000);

describe('the law of a rollback', () => {
  it('gives every line of every random host back, or the plan was refused', async () => {
    const seeds = Array.from({ length: count }, (_, index) => first + index);

    const cases = await runLaw(lab, 'kvm3', seeds);

    expect(cases.filter(isBroken)).toEqual([]);
    const undone = cases.filter(({ changes }) => changes.length > 0);
    // A law that is kept by refusing everything is none.
    expect(undone.length).toBeGreaterThan(count / 4);
    recordProof('law', {
      hosts: cases.length,
      undone: undone.length,
      refused: cases.filter(({ refusal }) => refusal !== undefined).length,
      changes: undone.reduce((sum, { changes }) => sum + changes.length, 0),
    });
  }, 1_800_000);
});

function isBroken({ whole, part }: LawCase): boolean {
  return whole.length + part.length > 0;
}
