import { followsMtu, othersOn, vlansOn } from '../../model/kernel.ts';
import type { PlanBuilder } from './plan-builder.ts';

/**
 * Sets the MTU of a link. When lowering, links above come first: the kernel would lower them silently and not raise them again (hazard 38). When raising,
 * begin with the links below.
 */
export function setMtu(draft: PlanBuilder, name: string, mtu: number): void {
  lowerAbove(draft, name, mtu);
  draft.update(name, { mtu });
}

/** Lowers VLANs on a link, directly or through a bridge, to at most `mtu`. */
export function lowerAbove(draft: PlanBuilder, name: string, mtu: number): void {
  for (const vlan of vlansOn(draft.facts.links, name)) {
    if (vlan.mtu <= mtu) continue;
    lowerAbove(draft, vlan.name, mtu);
    draft.update(vlan.name, { mtu });
    if (draft.addressingOf(vlan.name) !== undefined) draft.persist({ ...draft.present(vlan.name), mtu });
  }
  for (const other of othersOn(draft.facts.links, name)) {
    if (followsMtu(other) && other.mtu > mtu) draft.update(other.name, { mtu });
  }
  const { controller } = draft.link(name);
  if (controller === undefined || draft.link(controller).kind !== 'bridge') return;
  if (draft.link(controller).mtu > mtu) lowerAbove(draft, controller, mtu);
}
