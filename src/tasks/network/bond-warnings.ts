import type { PlanBuilder } from './plan-builder.ts';

/** Costs of a mode for the guests of a bridge. Modes 1, 2 and 4 have none (hazard 31). */
const costs = new Map([
  ['balance-rr', 'frames of guests arrive out of order, and the switch must have static aggregation'],
  ['broadcast', 'guests get every frame once per port'],
  ['balance-tlb', 'the switch sees the MAC of one guest on several ports'],
  ['balance-alb', 'guests get no receive balancing, and the switch sees their MACs move between ports'],
]);

/** Warns about the effect of a bond's mode on guests, if the bond is a port of a bridge. */
export function warnOfBondInBridge(draft: PlanBuilder, name: string, bridge: string | undefined): void {
  const bond = draft.link(name);
  if (bridge === undefined || bond.kind !== 'bond') return;
  const mode = bond.options?.['mode'] ?? '';
  const cost = costs.get(mode);
  if (cost === undefined) return;
  draft.warn(
    `${name} has mode ${mode} under bridge ${bridge}: ${cost}; better is 802.3ad if the switch supports LACP, otherwise active-backup`,
  );
}
