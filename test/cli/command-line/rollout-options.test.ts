import { describe, expect, it } from '@jest/globals';
import { toRollout } from '../../../src/cli/command-line/rollout-options.ts';

const nothing = { canary: undefined, 'max-failures': undefined, window: undefined, soak: undefined };

describe('toRollout', () => {
  it('gives nothing when the command line says nothing, so that the play decides', () => {
    expect(toRollout(nothing)).toBeUndefined();
  });

  it('takes numbers and shares', () => {
    const options = { canary: '1', 'max-failures': '5%', window: 20, soak: 0 };

    expect(toRollout(options)).toEqual({ canary: 1, maxFailures: '5%', window: 20, soak: 0 });
  });

  it.each(['five', '-1', '5 %', '%', ''])('refuses %j as a number of hosts', (canary) => {
    expect(() => toRollout({ ...nothing, canary })).toThrow(
      `--canary is ${JSON.stringify(canary)}, and should be a number of hosts or a share such as 5%`,
    );
  });
});
