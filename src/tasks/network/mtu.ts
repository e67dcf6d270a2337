import { vlansOn } from '../../model/kernel.ts';
import type { PlanBuilder } from './plan-builder.ts';

/**
 * Gives a link an MTU. Lowered from the top: what lies above is lowered before the kernel does it silently, as it would not
 * raise it back (hazard 38). Whoever raises begins with what lies below.
 */
export function setMtu(draft: PlanBuilder, name: string, mtu: number): void {
  lowerAbove(draft, name, mtu);
  draft.update(name, { mtu });
}

/** Lowers the VLANs that stand on a link, directly or on a bridge whose port it is, to `mtu` at most. */
export function lowerAbove(draft: PlanBuilder, name: string, mtu: number): void {
  for (const vlan of vlansOn(draft.facts.links, name)) {
    if (vlan.mtu <= mtu) continue;
    lowerAbove(draft, vlan.name, mtu);
    draft.update(vlan.name, { mtu });
    if (draft.addressingOf(vlan.name) !== undefined) draft.persist({ ...draft.present(vlan.name), mtu });
  }
  const { controller } = draft.link(name);
  if (controller === undefined || draft.link(controller).kind !== 'bridge') return;
  if (draft.link(controller).mtu > mtu) lowerAbove(draft, controller, mtu);
}
