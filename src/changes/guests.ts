import { linksAfter } from '../model/kernel.ts';
import type { Links } from '../model/link.ts';
import type { Change } from './index.ts';

/** Returns sentences about taps that left their bridge although no change says so. A deleted tap is not reported: its guest was switched off meanwhile. */
export function lostTaps(before: Links, after: Links, changes: readonly Change[]): readonly string[] {
  const expected = changes.reduce(linksAfter, before);
  return [...before.values()].flatMap(({ name, kind, controller }) => {
    const later = after.get(name);
    if (kind !== 'tap' || controller === undefined || later === undefined) return [];
    return later.controller === controller || expected.get(name)?.controller !== controller
      ? []
      : [`the tap ${name} left bridge ${controller}`];
  });
}
