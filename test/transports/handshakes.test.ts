import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { backOff, createHandshakes } from '../../src/transports/handshakes.ts';

describe('createHandshakes', () => {
  it('lets eight handshakes run at a time for each endpoint', async () => {
    const handshakes = createHandshakes();
    const started: string[] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));

    const all = ['a', 'b'].flatMap((endpoint) =>
      Array.from({ length: 12 }, () =>
        handshakes.for(endpoint)(async () => {
          started.push(endpoint);
          await gate;
        }),
      ),
    );
    await new Promise((resolve) => setImmediate(resolve));

    expect(started.filter((endpoint) => endpoint === 'a')).toHaveLength(8);
    expect(started.filter((endpoint) => endpoint === 'b')).toHaveLength(8);
    release();
    await Promise.all(all);
    expect(started).toHaveLength(24);
  });
});

describe('an urgent handshake', () => {
  it('goes before those that wait', async () => {
    const handshakes = createHandshakes();
    const started: string[] = [];
    const releases: (() => void)[] = [];
    const pass = (name: string, isUrgent: boolean): Promise<void> =>
      handshakes.for('a', { isUrgent })(async () => {
        started.push(name);
        await new Promise<void>((resolve) => releases.push(resolve));
      });
    const all = [
      ...Array.from({ length: 10 }, (_, index) => pass(`host ${String(index)}`, false)),
      pass('confirmation', true),
    ];

    for (let ended = 0; ended < all.length; ended += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      releases[ended]?.();
    }
    await Promise.all(all);

    expect(started.slice(8)).toEqual(['confirmation', 'host 8', 'host 9']);
  });
});

describe('backOff', () => {
  it('doubles up to two seconds, and takes off up to a half at random', () => {
    const longest = [0, 1, 2, 3, 4, 5, 50].map((failure) => backOff(failure, () => 1));

    expect(longest).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
    expect(backOff(0, () => 0)).toBe(50);
  });

  it('stays between 50 ms and 2 s', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, noNaN: true }), (failure, chance) => {
        const delay = backOff(failure, () => chance);

        expect(delay).toBeGreaterThanOrEqual(50);
        expect(delay).toBeLessThanOrEqual(2000);
      }),
    );
  });
});
