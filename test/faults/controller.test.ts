import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isBusy } from '../support/lock.ts';
import { Controllers } from './support/children.ts';
import {
  both,
  type Both,
  Faults,
  outcomeOf,
  outcomesOf,
  readWhole,
  type Whole,
  isLike,
} from './support/faults.ts';
import type { Layout } from './support/layouts.ts';
import { record } from './support/matrix.ts';
import { rows } from './support/rows.ts';
import { seeded } from './support/seeded.ts';

jest.setTimeout(400_000);

let faults: Faults;
let controllers: Controllers;
let before: Both<Whole>;

beforeAll(async () => {
  faults = await Faults.prepare();
  controllers = new Controllers(faults.lab);
});

afterAll(() => controllers.remove());

beforeEach(async () => {
  before = await faults.begin();
});

function locked(host: string): unknown {
  return expect.stringMatching(
    `^failed KVMPLAY_HOST_LOCKED ${host} is being changed by ada from desk7, since [\\d: -]+ UTC .*; nothing was changed$`,
  );
}

describe('two runs on one host', () => {
  it(rows['guard-armed'].fault, async () => {
    const ends = await both(async (layout) => {
      const first = await controllers.start(layout, { confirmTimeout: 12, dies: 'verify' });
      return await first.ended;
    });

    const second = await both((layout) => faults.run(layout, layout.change));
    await both((layout) => faults.whenEnded(layout));

    expect(ends).toEqual({ L1: 'SIGKILL', L3: 'SIGKILL' });
    expect(outcomesOf(second)).toEqual({
      L1: locked('kvm1'),
      L3: locked('kvm2'),
    });
    await faults.expectBefore('guard-armed', before);
  });

  it(rows['two-controllers'].fault, async () => {
    const outcomes = await both(async (layout) => {
      const owners = ['ada from desk7', 'bob from desk8'];
      const runs = await Promise.all(
        owners.map((owner) => faults.run(layout, layout.change, { owner, confirmTimeout: 60 })),
      );
      return runs.map(outcomeOf).sort();
    });

    const other = expect.stringMatching(
      /^(ok|failed KVMPLAY_HOST_LOCKED .* nothing was changed|failed KVMPLAY_COMMAND .* changed since it was read; nothing was changed)$/,
    );
    expect(outcomes).toEqual({ L1: ['changed', other], L3: ['changed', other] });
    await faults.expectWanted('two-controllers');
  });
});

describe('a controller', () => {
  const repetitions = 20;
  /** Milliseconds for both layouts, side by side. */
  const budget = 90_000;

  it(rows['controller-killed'].fault, async () => {
    const counts = await both((layout) => killAtRandom(layout));

    const sum = (key: keyof Counts): number => counts.L1[key] + counts.L3[key];
    expect({ L1: counts.L1.mixed, L3: counts.L3.mixed }).toEqual({ L1: 0, L3: 0 });
    expect({ L1: counts.L1.reached, L3: counts.L3.reached }).toEqual({
      L1: counts.L1.runs,
      L3: counts.L3.runs,
    });
    expect(Math.min(counts.L1.runs, counts.L3.runs)).toBeGreaterThanOrEqual(3);
    expect({ L1: counts.L1.pinged, L3: counts.L3.pinged }).toEqual({
      L1: counts.L1.runs,
      L3: counts.L3.runs,
    });
    record('controller-killed', {
      reachable: [sum('reached'), sum('runs')],
      before: sum('before'),
      wanted: sum('wanted'),
      mixed: sum('mixed'),
      guests: [sum('pinged'), sum('runs')],
      note: `L1 ${String(counts.L1.runs)} times, L3 ${String(counts.L3.runs)} times`,
    });
  });

  type Way = 'there' | 'back';

  interface Counts {
    readonly runs: number;
    readonly reached: number;
    readonly pinged: number;
    readonly before: number;
    readonly wanted: number;
    readonly mixed: number;
  }

  async function killAtRandom(layout: Layout): Promise<Counts> {
    const random = seeded(layout.id === 'L1' ? 1 : 3);
    const [there, back] = [await timeRun(layout, 'there'), await timeRun(layout, 'back')];
    const ends = { there: there.whole, back: back.whole };
    const counts = { runs: 0, reached: 0, pinged: 0, before: 0, wanted: 0, mixed: 0 };
    const deadline = Date.now() + budget;
    let way: Way = 'there';
    while (counts.runs < repetitions && Date.now() < deadline) {
      const other: Way = way === 'there' ? 'back' : 'there';
      const controller = await controllers.start(layout, { way, confirmTimeout: 5 });
      await sleep(random() * (way === 'there' ? there : back).milliseconds);
      controller.kill();
      await controller.ended;
      await whenQuiet(layout);

      const whole = await readWhole(faults.lab, layout);
      counts.runs += 1;
      counts.reached += whole.state === undefined ? 0 : 1;
      counts.pinged += (await faults.guestsPing()) ? 1 : 0;
      if (isLike(whole, ends[way])) {
        counts.wanted += 1;
        way = other;
      } else if (isLike(whole, ends[other])) {
        counts.before += 1;
      } else {
        counts.mixed += 1;
        await faults.run(layout, layout[way === 'there' ? 'change' : 'back']);
        way = other;
      }
    }
    return counts;
  }

  async function timeRun(
    layout: Layout,
    way: Way,
  ): Promise<{ readonly milliseconds: number; readonly whole: Whole }> {
    const controller = await controllers.start(layout, { way, confirmTimeout: 60 });
    const started = Date.now();
    expect(await controller.ended).toBe('changed');
    return { milliseconds: Date.now() - started, whole: await readWhole(faults.lab, layout) };
  }

  /** Nothing that the dead controller began is under way any more. */
  async function whenQuiet({ host }: Layout): Promise<void> {
    await faults.lab.run(
      host,
      `sleep 1; while ${isBusy} || pgrep -f "sshd(-session)?: root" >/dev/null; do sleep 0.3; done`,
      { timeout: 120_000 },
    );
  }
});
