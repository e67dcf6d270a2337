import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LoopWatch } from '../../../src/engine/fleet/loop-watch.ts';
import { ensureGreeting, runOn } from '../greeting.ts';

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('a run', () => {
  it('tells that its process stood still for long enough to endanger confirmations', async () => {
    const { summary } = await runOn(
      ['kvm1'],
      async (host) => {
        await host.perform(ensureGreeting, 'hello');
        block(1500);
        await sleep(100);
      },
      { confirmTimeout: 5 },
    );

    expect(summary.stalledSeconds).toBeGreaterThanOrEqual(1);
  });

  it('tells nothing of a moment', async () => {
    const { summary } = await runOn(
      ['kvm1'],
      async (host) => {
        await host.perform(ensureGreeting, 'hello');
        block(200);
        await sleep(100);
      },
      { confirmTimeout: 300 },
    );

    expect(summary).not.toHaveProperty('stalledSeconds');
  });

  it('starts a further host when those under way have had their turn', async () => {
    const seen: string[] = [];

    await runOn(
      ['kvm1', 'kvm2'],
      async (host) => {
        seen.push(`start ${host.name}`);
        // What the first is waiting for comes while the loop is busy.
        if (host.name === 'kvm1') setImmediate(() => seen.push('answer of kvm1'));
        await host.perform(ensureGreeting, 'hello');
      },
      { forks: 2 },
    );

    expect(seen).toEqual(['start kvm1', 'answer of kvm1', 'start kvm2']);
  });
});

describe('LoopWatch', () => {
  it('waits while the loop is busy', async () => {
    const watch = new LoopWatch();
    let turns = 0;
    const work = (): void => {
      block(150);
      turns += 1;
      if (turns < 4) setImmediate(work);
    };
    setImmediate(work);

    await watch.idle();

    expect(turns).toBe(4);
  });
});
