import type { Address, Lease, Link, Links } from './link.ts';
import type { LinkState, LinkStates } from './link-state.ts';

/** The facts that `kvmplay show` asks for. */
export interface ShownFacts {
  readonly links: Links;
  readonly linkState: LinkStates;
  readonly addresses: readonly Address[];
  readonly leases: readonly Lease[];
}

/** The network of one host for an operator; also the shape of `kvmplay show --json`. */
export interface HostNetwork {
  readonly bridges: readonly ShownBridge[];
  readonly bonds: readonly ShownBond[];
  readonly vlans: readonly ShownVlan[];
  /** Every link but the loopback, guests' taps included. */
  readonly links: readonly ShownLink[];
}

export interface ShownBridge {
  readonly name: string;
  /** `8000.020000000104` */
  readonly id: string;
  readonly rootId: string;
  readonly stp: boolean;
  readonly ports: readonly { readonly name: string; readonly state: string }[];
}

export interface ShownBond {
  readonly name: string;
  readonly mode: string;
  readonly miiStatus: string;
  readonly activePort?: string;
  /** 802.3ad only. */
  readonly aggregator?: { readonly id: number; readonly ports: number; readonly partnerMac: string };
  readonly ports: readonly ShownBondPort[];
}

export interface ShownBondPort {
  readonly name: string;
  readonly miiStatus: string;
  /** Mbit/s. */
  readonly speed?: number;
  readonly duplex?: string;
  readonly failures: number;
  readonly permanentMac: string;
  readonly aggregatorId?: number;
}

export interface ShownVlan {
  readonly name: string;
  readonly id: number;
  readonly parent: string;
  /** The bridge or bond of a port. */
  readonly controller?: string;
}

export interface ShownLink {
  readonly name: string;
  readonly kind: string;
  /** `down`: switched off by an administrator. `no carrier`: switched on, but without a signal from the other end. */
  readonly state: 'up' | 'down' | 'no carrier';
  readonly mtu: number;
  readonly mac: string;
  readonly controller?: string;
  readonly addresses: readonly { readonly address: string; readonly leased: boolean }[];
}

/** Arranges facts for an operator. Links are sorted by name, and digits in names compare as numbers. */
export function toHostNetwork(facts: ShownFacts): HostNetwork {
  const links = [...facts.links.values()].sort((a, b) => byName.compare(a.name, b.name));
  return {
    bridges: links.filter(({ kind }) => kind === 'bridge').map((link) => toBridge(link, links, facts)),
    bonds: links.filter(({ kind }) => kind === 'bond').map((link) => toBond(link, links, facts)),
    vlans: links.flatMap((link) => toVlan(link) ?? []),
    links: links.filter(({ kind }) => kind !== 'loopback').map((link) => toLink(link, facts)),
  };
}

const byName = new Intl.Collator('en', { numeric: true });

function toBridge(bridge: Link, links: readonly Link[], { linkState }: ShownFacts): ShownBridge {
  const state = linkState.get(bridge.name)?.bridge;
  return {
    name: bridge.name,
    id: state?.id ?? '',
    rootId: state?.rootId ?? '',
    stp: bridge.options?.['stp_state'] !== '0',
    ports: portsOf(bridge, links).map(({ name }) => ({
      name,
      state: linkState.get(name)?.stpState ?? 'unknown',
    })),
  };
}

function toBond(bond: Link, links: readonly Link[], { linkState }: ShownFacts): ShownBond {
  const state = linkState.get(bond.name)?.bond;
  return {
    name: bond.name,
    mode: bond.options?.['mode'] ?? 'unknown',
    miiStatus: state?.miiStatus ?? 'unknown',
    ...(state?.activePort !== undefined && { activePort: state.activePort }),
    ...(state?.aggregator !== undefined && { aggregator: state.aggregator }),
    ports: portsOf(bond, links).map((port) => toBondPort(port, linkState.get(port.name))),
  };
}

function toBondPort({ name, mac }: Link, state: LinkState | undefined): ShownBondPort {
  const port = state?.bondPort;
  return {
    name,
    miiStatus: port?.miiStatus ?? 'unknown',
    ...(state?.speed !== undefined && { speed: state.speed }),
    ...(state?.duplex !== undefined && { duplex: state.duplex }),
    failures: port?.failures ?? 0,
    permanentMac: port?.permanentMac ?? mac,
    ...(port?.aggregatorId !== undefined && { aggregatorId: port.aggregatorId }),
  };
}

function toVlan({ name, vlan, controller }: Link): ShownVlan | undefined {
  if (vlan === undefined) return undefined;
  return { name, id: vlan.id, parent: vlan.parent, ...(controller !== undefined && { controller }) };
}

function toLink(link: Link, { linkState, addresses, leases }: ShownFacts): ShownLink {
  const ofLink = (entry: { readonly link: string }) => entry.link === link.name;
  return {
    name: link.name,
    kind: link.kind,
    state: stateOf(link, linkState.get(link.name)),
    mtu: link.mtu,
    mac: link.mac,
    ...(link.controller !== undefined && { controller: link.controller }),
    addresses: [
      ...addresses.filter(ofLink).map(({ address }) => ({ address, leased: false })),
      ...leases.filter(ofLink).map(({ address }) => ({ address, leased: true })),
    ],
  };
}

function stateOf(link: Link, state: LinkState | undefined): ShownLink['state'] {
  if (!link.up) return 'down';
  return state?.carrier === false ? 'no carrier' : 'up';
}

function portsOf(controller: Link, links: readonly Link[]): readonly Link[] {
  return links.filter((link) => link.controller === controller.name);
}
