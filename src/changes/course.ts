import { addressesAfter, linksAfter, portsOf, vlansOn } from '../model/kernel.ts';
import type { Address, Link, Links, Route } from '../model/link.ts';
import type { Change } from './index.ts';

/** What a change disrupts, and for how long; Infinity: until somebody undoes it. */
export interface Verdict {
  readonly seconds: number;
  readonly reason: string;
}

/** Seconds in which a moment's loss of frames is over. */
export const BLIP = 1;
export const FOREVER = Infinity;

/** The network of a host at one moment. */
export interface NetworkState {
  readonly links: Links;
  /** Those that DHCP leased, too. */
  readonly addresses: readonly Address[];
  /** Undefined: nobody asked. */
  readonly routes?: readonly Route[] | undefined;
  /** The link through which the host answers the controller. */
  readonly sshLink?: string;
}

/** A change among the others. */
export interface Course {
  readonly changes: readonly Change[];
  readonly before: NetworkState;
  /** When the change is about to be made. */
  readonly now: NetworkState;
  readonly after: NetworkState;
}

/** Each change with its course. */
export function coursesOf(
  changes: readonly Change[],
  before: NetworkState,
): readonly { readonly change: Change; readonly course: Course }[] {
  const after = changes.reduce(stateAfter, before);
  let now = before;
  return changes.map((change) => {
    const course = { changes, before, now, after };
    now = stateAfter(now, change);
    return { change, course };
  });
}

export function stateAfter(state: NetworkState, change: Change): NetworkState {
  return {
    ...state,
    links: linksAfter(state.links, change),
    addresses: addressesAfter(state.addresses, change),
  };
}

/**
 * Frames of somebody pass the link: it is up, and it, or what sits on it, has an address or connects several ports.
 * `except` is a port that does not count.
 */
export function isUsed(name: string, state: NetworkState, except?: string): boolean {
  const { links, addresses, sshLink } = state;
  const link = links.get(name);
  if (link === undefined || !link.up) return false;
  if (name === sshLink || addresses.some((address) => address.link === name)) return true;
  if (link.kind === 'tap' && link.controller !== undefined) return true;
  if (link.kind === 'bridge' && bridgesFrames(name, links, except)) return true;
  return linksOn(link, links).some((upper) => isUsed(upper.name, state, name));
}

/** A guest is on the bridge, or it forwards between two ports. */
function bridgesFrames(bridge: string, links: Links, except: string | undefined): boolean {
  const ports = portsOf(links, bridge).filter(({ name }) => name !== except);
  return (
    ports.some(({ kind }) => kind === 'tap') || (except === undefined ? ports.length > 1 : ports.length > 0)
  );
}

/** The links that sit directly on another: its controller, its VLANs. */
export function linksOn(link: Link, links: Links): readonly Link[] {
  const controller = link.controller === undefined ? undefined : links.get(link.controller);
  return [...(controller === undefined ? [] : [controller]), ...vlansOn(links, link.name)];
}

/** Seconds until a port of a bridge with STP forwards (hazard 17). */
export function stpDelay(bridge: string, { links }: NetworkState): number {
  return Math.ceil((2 * Number(links.get(bridge)?.options?.['forward_delay'] ?? 1500)) / 100);
}

/** Seconds until a bond aggregates: its partner hears from it within a period, three of which it waits. */
export function lacpDelay(bond: string, { links }: NetworkState): number {
  return links.get(bond)?.options?.['lacp_rate'] === 'fast' ? 3 : 90;
}
