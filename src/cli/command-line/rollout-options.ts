import type { HostShare, Rollout } from '../../engine/fleet/rollout.ts';
import { UsageError } from '../../errors.ts';
import type { OptionTable, OptionValues } from './command-line.ts';

const group = 'Rollout (wins over what the play says):';

/** Options of commands that run plays in waves. */
export const rolloutOptions = {
  canary: {
    type: 'text',
    value: 'HOSTS',
    describe: 'hosts that go first, one by one: a number or a share such as 5%',
    group,
  },
  'max-failures': {
    type: 'text',
    value: 'HOSTS',
    describe: 'start no further host after more failed or unreachable hosts than this: a number or a share',
    group,
  },
  window: {
    type: 'number',
    value: 'N',
    least: 1,
    describe: 'number of hosts of a wave at once, at most --forks',
    group,
  },
  soak: {
    type: 'number',
    value: 'SECONDS',
    least: 0,
    describe: 'wait after the canaries, and between waves',
    group,
  },
} as const satisfies OptionTable;

/** Returns the fields that the command line gives; undefined when it gives none. */
export function toRollout(options: OptionValues<typeof rolloutOptions>): Rollout | undefined {
  const { canary, 'max-failures': maxFailures, window, soak } = options;
  const given: Rollout = {
    ...(canary !== undefined && { canary: toShare('canary', canary) }),
    ...(maxFailures !== undefined && { maxFailures: toShare('max-failures', maxFailures) }),
    ...(window !== undefined && { window }),
    ...(soak !== undefined && { soak }),
  };
  return Object.keys(given).length === 0 ? undefined : given;
}

function toShare(option: string, text: string): HostShare {
  const [, number, percent] = /^(\d+)(%?)$/.exec(text) ?? [];
  if (number === undefined) {
    throw new UsageError(
      `--${option} is ${JSON.stringify(text)}, and should be a number of hosts or a share such as 5%`,
    );
  }
  return percent === '%' ? `${Number(number)}%` : Number(number);
}
