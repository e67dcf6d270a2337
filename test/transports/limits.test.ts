import { getMaxListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { withLimits } from '../../src/transports/limits.ts';

describe('withLimits', () => {
  it('lets one signal watch over any number of hosts', async () => {
    const { signal } = new AbortController();

    await withLimits({ signal }, () => Promise.resolve());

    // Node would warn of a leak from the eleventh listener on.
    expect(getMaxListeners(signal)).toBe(0);
  });
});
