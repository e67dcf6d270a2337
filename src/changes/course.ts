import { addressesAfter, isTapOfGuest, linksAfter, othersOn, portsOf, vlansOn } from '../model/kernel.ts';
import type { Address, Link, Links, Route } from '../model/link.ts';
import type { Change } from './index.ts';

/** A disruption by a change. `seconds` is Infinity if it lasts until somebody undoes it. */
export interface Verdict {
  readonly seconds: number;
  readonly reason: string;
}

/** Longest duration of a blip, in seconds. */
export const BLIP = 1;
export const FOREVER = Infinity;

/** The network of a host at one moment. */
export interface NetworkState {
  readonly links: Links;
  /** Includes addresses leased by DHCP. */
  readonly addresses: readonly Address[];
  /** Undefined: nobody asked. */
  readonly routes?: readonly Route[] | undefined;
  /** The link on the route to the controller. */
  readonly sshLink?: string;
}

/** A change in its context: the state before, now and after, and the other changes. */
export interface Course {
  readonly changes: readonly Change[];
  readonly before: NetworkState;
  /** The state directly before the change. */
  readonly now: NetworkState;
  readonly after: NetworkState;
}

/** Returns each change with its course. */
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

/** Returns true if a link carries frames: it is up, and it or a link on it has an address or connects several ports. The port `except` does not count. */
export function isUsed(name: string, state: NetworkState, except?: string): boolean {
  const { links, addresses, sshLink } = state;
  const link = links.get(name);
  if (link === undefined || !link.up) return false;
  if (name === sshLink || addresses.some((address) => address.link === name)) return true;
  if (isTapOfGuest(link) && (link.controller ?? link.lower) !== undefined) return true;
  if (link.kind === 'bridge' && bridgesFrames(name, links, except)) return true;
  return linksOn(link, links).some((upper) => isUsed(upper.name, state, name));
}

/** Returns true if a guest is on the bridge, or if it forwards between two ports. */
function bridgesFrames(bridge: string, links: Links, except: string | undefined): boolean {
  const ports = portsOf(links, bridge).filter(({ name }) => name !== except);
  return (
    ports.some(({ kind }) => kind === 'tap') || (except === undefined ? ports.length > 1 : ports.length > 0)
  );
}

/** Returns the links directly on top of another: its controller and its VLANs. */
export function linksOn(link: Link, links: Links): readonly Link[] {
  const controller = link.controller === undefined ? undefined : links.get(link.controller);
  return [
    ...(controller === undefined ? [] : [controller]),
    ...vlansOn(links, link.name),
    ...othersOn(links, link.name),
  ];
}

/** Seconds until a port of a bridge with STP forwards (hazard 17). */
export function stpDelay(bridge: string, { links }: NetworkState): number {
  return Math.ceil((2 * Number(links.get(bridge)?.options?.['forward_delay'] ?? 1500)) / 100);
}

/** Seconds until a bond aggregates: its partner hears from it within one period and waits for three. */
export function lacpDelay(bond: string, { links }: NetworkState): number {
  return links.get(bond)?.options?.['lacp_rate'] === 'fast' ? 3 : 90;
}
