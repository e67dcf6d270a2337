import { PlanError } from '../../errors.ts';
import { portsOf, vlansOn } from '../../model/kernel.ts';
import type { Link } from '../../model/link.ts';
import type { PlanBuilder } from './plan-builder.ts';
import {
  describeKind,
  freeNics,
  isGuestPort,
  joinPort,
  keepMtu,
  refuseTakenFrames,
  releasePort,
} from './link-changes.ts';
import { lowerAbove, setMtu } from './mtu.ts';

/** Returns a link that is, or may become, a port of the bridge. */
export function checkBridgePort(draft: PlanBuilder, name: string, bridge: string): Link {
  const port = draft.findLink(name);
  if (port === undefined) {
    throw new PlanError(`port ${name} of ${bridge} does not exist: free NICs here are ${freeNics(draft)}`);
  }
  if (port.controller === bridge) return port;
  if (port.controller !== undefined) {
    throw new PlanError(`port ${name} of ${bridge} is a port of ${port.controller} already`);
  }
  if (port.kind === 'bridge' || port.kind === 'loopback') {
    throw new PlanError(
      `port ${name} of ${bridge} is ${describeKind(port)}, it should be a NIC, a bond, a VLAN or a tap`,
    );
  }
  refuseTakenFrames(draft, name, bridge);
  if (standsOn(draft, port, bridge))
    throw new PlanError(`port ${name} of ${bridge} is a VLAN on ${bridge} itself: a loop`);
  const lease = draft.facts.leases.find(({ link }) => link === name);
  if (lease !== undefined) {
    throw new PlanError(
      `port ${name} of ${bridge} has ${lease.address} from DHCP: only static addresses can move to a bridge`,
    );
  }
  return port;
}

function standsOn(draft: PlanBuilder, link: Link, base: string): boolean {
  const parent = link.vlan === undefined ? undefined : draft.findLink(link.vlan.parent);
  return parent !== undefined && (parent.name === base || standsOn(draft, parent, base));
}

/** Makes a link a port and brings it up. */
export function joinBridge(draft: PlanBuilder, name: string, bridge: string): void {
  const port = draft.link(name);
  if (port.controller !== bridge) {
    // The bridge and the VLANs on it take the smallest MTU of its ports.
    if (port.mtu < draft.link(bridge).mtu) lowerAbove(draft, bridge, port.mtu);
    keepMtu(draft, bridge);
    joinPort(draft, name, bridge);
  }
  draft.update(name, { up: true });
  // Tagged frames reach a VLAN on the port before they reach the bridge (hazard 37).
  for (const vlan of vlansOn(draft.facts.links, name)) {
    draft.warn(
      `${vlan.name} takes the frames of VLAN ${vlan.vlan?.id ?? 0} away from ${bridge}, whose port ${name} is`,
    );
  }
}

/** Removes unwanted ports, except those of guests. */
export function leaveBridge(draft: PlanBuilder, bridge: string, wanted: readonly Link[]): readonly string[] {
  const leaving = portsOf(draft.facts.links, bridge).filter(
    (port) => !isGuestPort(port) && wanted.every(({ name }) => name !== port.name),
  );
  if (leaving.length > 0) keepMtu(draft, bridge);
  for (const { name } of leaving) releasePort(draft, name);
  return leaving.map(({ name }) => name);
}

/** A bridge forwards no frame larger than its smallest port accepts. */
export function raisePortMtu(
  draft: PlanBuilder,
  name: string,
  { bridge, mtu }: { bridge: string; mtu: number },
): void {
  const port = draft.link(name);
  if (port.mtu >= mtu || isGuestPort(port)) return;
  if (port.kind !== 'ethernet') {
    throw new PlanError(
      `port ${name} of ${bridge} has mtu ${port.mtu}, it should be raised to the bridge's ${mtu} first, since it is ${describeKind(port)}`,
    );
  }
  setMtu(draft, name, mtu);
}
