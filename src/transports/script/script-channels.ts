import pLimit from 'p-limit';

import { CommandTimeoutError } from '../../errors.ts';
import type { CommandResult } from '../../model/host.ts';
import { formatDuration, withLimits, type OnCut } from '../limits.ts';
import type { Connection } from '../transport.ts';

/**
 * sshd allows ten sessions per connection by default. It may count one that has ended until the next ones are there: in the
 * worst case twice as many as run at a time.
 */
const channelsPerConnection = 5;

/** Runs scripts over one SSH connection: so many at a time, each within its limits. */
export function scriptChannels(
  subject: string,
  run: (script: string, maxOutput: number | undefined, onCut: OnCut) => Promise<CommandResult>,
): Connection['exec'] {
  const channels = pLimit(channelsPerConnection);
  return (script, { signal, timeout, maxOutput } = {}) => {
    const timeoutError = (): Error =>
      new CommandTimeoutError(`a script on ${subject} did not end within ${formatDuration(timeout ?? 0)}`);
    // The time starts with the script, but who waits for a channel can be cancelled too.
    return withLimits({ signal }, () =>
      channels(() => withLimits({ signal, timeout, timeoutError }, (onCut) => run(script, maxOutput, onCut))),
    );
  };
}
