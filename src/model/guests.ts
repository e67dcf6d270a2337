import type { Change } from './change.ts';
import type { Links } from './link.ts';

/**
 * Sentences about taps that are no longer ports of their bridges, though no change says so. A tap that is gone is no
 * loss: its guest was switched off meanwhile.
 */
export function lostTaps(before: Links, after: Links, changes: readonly Change[]): readonly string[] {
  const intended = new Set(
    changes.flatMap((change) =>
      change.kind === 'port.remove' || change.kind === 'port.add' ? [change.port] : [],
    ),
  );
  return [...before.values()].flatMap(({ name, kind, controller }) => {
    const later = after.get(name);
    if (kind !== 'tap' || controller === undefined || later === undefined) return [];
    return later.controller === controller || intended.has(name)
      ? []
      : [`the tap ${name} left bridge ${controller}`];
  });
}
