import { PlanError } from '../../errors.ts';
import { type BondMode, bondOptionRule } from '../../model/bond-options.ts';
import { initialBridgeOptions, portsOf, vlansOn } from '../../model/kernel.ts';
import type { ControllerKind, Link, LinkOptions } from '../../model/link.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { layer3Of, refuseSharedRoutes, withdraw } from './layer3.ts';
import { isGuestName } from './names.ts';

// Steps that several tasks take, each with everything that the kernel would do along.

/** A link that a guest or a container put there. */
export function isGuestPort({ kind, name }: Link): boolean {
  return kind === 'tap' || isGuestName(name);
}

/** The link of that name, if it is of the kind that a task is about. */
export function findOwn(
  draft: PlanBuilder,
  name: string,
  kind: 'bond' | 'bridge' | 'vlan',
): Link | undefined {
  const link = draft.findLink(name);
  if (link === undefined || link.kind === kind) return link;
  throw new PlanError(`${name} is ${describeKind(link)}, it should be ${describeKind({ kind })}`);
}

export function describeKind({ kind }: Pick<Link, 'kind'>): string {
  const words = {
    ethernet: 'a NIC',
    vlan: 'a VLAN',
    loopback: 'the loopback',
    other: 'a link of another kind',
  };
  return kind in words ? words[kind as keyof typeof words] : `a ${kind}`;
}

/** NICs that nobody uses, for errors. */
export function freeNics(draft: PlanBuilder): string {
  const nics = [...draft.facts.links.values()].filter(
    (link) => link.kind === 'ethernet' && link.controller === undefined && !isGuestPort(link),
  );
  return nics.map(({ name }) => name).join(', ') || 'none';
}

export function joinPort(draft: PlanBuilder, port: string, controller: string): void {
  const { up, mtu } = draft.link(port);
  const controllerKind = kindOfController(draft, controller);
  draft.add({ kind: 'port.add', port, controller, controllerKind, alone: { up, mtu } });
}

/** A port that leaves for good stays up; what its bond made of its MTU ends. */
export function releasePort(draft: PlanBuilder, port: string): void {
  const link = draft.link(port);
  const { controller } = link;
  if (controller === undefined) return;
  const controllerKind = kindOfController(draft, controller);
  const mtu = controllerKind === 'bond' ? USUAL_MTU : link.mtu;
  draft.add({ kind: 'port.remove', port, controller, controllerKind, alone: { up: true, mtu } });
}

const USUAL_MTU = 1500;

function kindOfController(draft: PlanBuilder, controller: string): ControllerKind {
  return draft.link(controller).kind === 'bond' ? 'bond' : 'bridge';
}

/** Deletes a link, and before it what the kernel would delete or detach along. Tells what is gone. */
export function deleteLink(draft: PlanBuilder, name: string): readonly Link[] {
  const above = vlansOn(draft.facts.links, name).flatMap((vlan) => {
    warnOfLoss(draft, vlan.name);
    return deleteLink(draft, vlan.name);
  });
  withdraw(draft, layer3Of(draft, name));
  keepMtu(draft, name);
  for (const port of portsOf(draft.facts.links, name)) releasePort(draft, port.name);
  releasePort(draft, name);
  const link = draft.link(name);
  draft.add({ kind: 'link.delete', link: asItWouldBeMade(link) });
  return [...above, link];
}

/**
 * Of a bridge whose MTU somebody set: taking back what follows would end with the MTU of its ports, so this stands before
 * it and is taken back last.
 */
export function keepMtu(draft: PlanBuilder, name: string): void {
  const { kind, mtu } = draft.link(name);
  const ports = portsOf(draft.facts.links, name).map((port) => port.mtu);
  const followed = ports.length === 0 ? USUAL_MTU : Math.min(...ports);
  if (kind !== 'bridge' || mtu === followed) return;
  draft.add({ kind: 'link.update', name, linkKind: kind, before: { mtu }, after: { mtu } });
}

/** What makes the link again as it was: its MAC, and the options that somebody set and that its mode takes. */
function asItWouldBeMade(link: Link): Link {
  if (link.options === undefined) return link;
  return { ...link, macPinned: link.mac !== '', options: setOptionsOf(link, link.options) };
}

function setOptionsOf({ kind }: Link, options: LinkOptions): LinkOptions {
  const set = Object.entries(options).filter(([option, value]) => {
    if (kind === 'bridge') return value !== initialBridgeOptions[option];
    const rule = bondOptionRule.get(option);
    const isTaken = rule?.modes?.includes(options['mode'] as BondMode) !== false;
    return option === 'mode' || (isTaken && value !== rule?.initial);
  });
  return Object.fromEntries(set);
}

/** Says which addresses and routes end with a link. */
export function warnOfLoss(draft: PlanBuilder, name: string): void {
  const layer3 = layer3Of(draft, name);
  refuseSharedRoutes(layer3);
  const { addresses, routes } = layer3;
  const leases = draft.facts.leases.filter(({ link }) => link === name);
  const lost = [...addresses, ...leases].map(({ address }) => address);
  const ways = routes.map(({ destination }) => `route ${destination}`);
  if (lost.length + ways.length > 0) draft.warn(`${name} goes with ${[...lost, ...ways].join(', ')}`);
}
