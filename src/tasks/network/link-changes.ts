import { PlanError } from '../../errors.ts';
import { type BondMode, bondOptionRule } from '../../model/bond-options.ts';
import { initialBridgeOptions, othersOn, portsOf, vlansOn } from '../../model/kernel.ts';
import type { ControllerKind, Link, LinkOptions, PortSettings } from '../../model/link.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { layer3Of, refuseSharedRoutes, withdraw } from './layer3.ts';
import { isGuestName } from './names.ts';

// Changes that several tasks share, each with all side effects of the kernel.

/** Returns true for a link that a guest or a container created. */
export function isGuestPort({ kind, name }: Link): boolean {
  return kind === 'tap' || isGuestName(name);
}

/** Finds the link of that name. Throws PlanError if it is of another kind than the task's. */
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

/** Lists unused NICs, for errors. */
export function freeNics(draft: PlanBuilder): string {
  const nics = [...draft.facts.links.values()].filter(
    (link) => link.kind === 'ethernet' && link.controller === undefined && !isGuestPort(link),
  );
  return nics.map(({ name }) => name).join(', ') || 'none';
}

/** `settings` are those that the port had when it left the same bridge before. */
export function joinPort(
  draft: PlanBuilder,
  port: string,
  controller: string,
  settings?: PortSettings,
): void {
  const { up, mtu } = draft.link(port);
  const controllerKind = kindOfController(draft, controller);
  draft.add({
    kind: 'port.add',
    port,
    controller,
    controllerKind,
    alone: { up, mtu },
    ...(settings && { settings }),
  });
}

/** Releases a port for good: it stays up, and an MTU set by its bond ends. */
export function releasePort(draft: PlanBuilder, port: string): void {
  const link = draft.link(port);
  const { controller } = link;
  if (controller === undefined) return;
  refuseOtherController(draft, port, controller);
  const controllerKind = kindOfController(draft, controller);
  const mtu = controllerKind === 'bond' ? USUAL_MTU : link.mtu;
  const { port: settings } = link;
  refuseUnseenVlans(link);
  draft.add({
    kind: 'port.remove',
    port,
    controller,
    controllerKind,
    alone: { up: true, mtu },
    ...(settings && { settings }),
  });
}

const USUAL_MTU = 1500;

/** A bridge filters these VLANs, and nobody could give them back. */
function refuseUnseenVlans({ name, hasUnseenVlans }: Link): void {
  if (hasUnseenVlans !== true) return;
  throw new PlanError(
    `the VLANs of ${name} cannot be read: the host should have the bridge command (package iproute2)`,
  );
}

/** Nobody could make it a port of a team or of Open vSwitch again. */
function refuseOtherController(draft: PlanBuilder, port: string, controller: string): void {
  const kind = draft.findLink(controller)?.kind;
  if (kind === 'bond' || kind === 'bridge') return;
  throw new PlanError(
    `${port} is a port of ${controller}, which is no bond or bridge: it should leave it first`,
  );
}

/** `macvtap0 (macvtap), vx0 (vxlan)`; undefined when there are none. */
function describeOthers(others: readonly Link[]): string | undefined {
  const names = others.map(({ name, type }) => (type === undefined ? name : `${name} (${type})`));
  return names.length === 0 ? undefined : names.join(', ');
}

/**
 * Refuses to take a link away from below others that the kernel would remove with it and nobody could make again.
 *
 * @throws PlanError
 */
function refuseOthersOn(draft: PlanBuilder, name: string): void {
  const others = othersOn(draft.facts.links, name);
  const names = describeOthers(others);
  if (names === undefined) return;
  throw new PlanError(
    `${name} carries ${names}: ${others.length === 1 ? 'it' : 'they'} should be removed first`,
  );
}

/**
 * Refuses a port whose frames go to links that sit on it, such as macvtap: the kernel does not share them with a controller.
 *
 * @throws PlanError
 */
export function refuseTakenFrames(draft: PlanBuilder, port: string, controller: string): void {
  const names = describeOthers(
    othersOn(draft.facts.links, port).filter(({ type }) => type !== 'vxlan' && type !== 'tunnel'),
  );
  if (names === undefined) return;
  throw new PlanError(`port ${port} of ${controller} carries ${names}, which should be removed first`);
}

function kindOfController(draft: PlanBuilder, controller: string): ControllerKind {
  return draft.link(controller).kind === 'bond' ? 'bond' : 'bridge';
}

/** Deletes a link, after the links that the kernel would delete or detach with it. Returns the deleted links. */
export function deleteLink(draft: PlanBuilder, name: string): readonly Link[] {
  refuseOthersOn(draft, name);
  refuseUnseenVlans(draft.link(name));
  // Its MAC may follow its ports, which leave before it goes.
  const { mac } = draft.link(name);
  const above = vlansOn(draft.facts.links, name).flatMap((vlan) => {
    warnOfLoss(draft, vlan.name);
    return deleteLink(draft, vlan.name);
  });
  withdraw(draft, layer3Of(draft, name));
  keepMtu(draft, name);
  for (const port of portsOf(draft.facts.links, name)) releasePort(draft, port.name);
  releasePort(draft, name);
  const link = draft.link(name);
  draft.add({ kind: 'link.delete', link: asItWouldBeMade({ ...link, mac }) });
  return [...above, link];
}

/** Records a bridge's MTU that somebody set. An undo of later changes would leave the MTU of its ports; this change comes first, so it is undone last. */
export function keepMtu(draft: PlanBuilder, name: string): void {
  const { kind, mtu } = draft.link(name);
  const ports = portsOf(draft.facts.links, name).map((port) => port.mtu);
  const followed = ports.length === 0 ? USUAL_MTU : Math.min(...ports);
  if (kind !== 'bridge' || mtu === followed) return;
  draft.add({ kind: 'link.update', name, linkKind: kind, before: { mtu }, after: { mtu } });
}

/** Returns the link as an undo must create it: with its MAC, and with options that somebody set and that its mode takes. */
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

/** Warns about addresses and routes that end with a link. */
export function warnOfLoss(draft: PlanBuilder, name: string): void {
  const layer3 = layer3Of(draft, name);
  refuseSharedRoutes(layer3);
  const { addresses, routes } = layer3;
  const leases = draft.facts.leases.filter(({ link }) => link === name);
  const lost = [...addresses, ...leases].map(({ address }) => address);
  const ways = routes.map(({ destination }) => `route ${destination}`);
  if (lost.length + ways.length > 0) draft.warn(`${name} goes with ${[...lost, ...ways].join(', ')}`);
}
