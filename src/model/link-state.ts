/** What a link does at this moment. */
export interface LinkState {
  /** `up`, `down`, `lowerlayerdown`, `unknown`, ... (RFC 2863). */
  readonly operstate: string;
  /** Absent while the link is administratively down. */
  readonly carrier?: boolean;
  /** Mbit/s. */
  readonly speed?: number;
  readonly duplex?: string;
  /** Of a bridge. */
  readonly bridge?: BridgeState;
  /** Of a port of a bridge. */
  readonly stpState?: StpState;
  /** Of a bond. */
  readonly bond?: BondState;
  /** Of a port of a bond. */
  readonly bondPort?: BondPortState;
}

export interface BridgeState {
  /** `8000.020000000104`: priority and MAC. */
  readonly id: string;
  /** The bridge it takes for the root of the tree; without STP itself. */
  readonly rootId: string;
}

export type StpState = 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking';

/** States by the name of the link. */
export type LinkStates = ReadonlyMap<string, LinkState>;

/** What a bond does at this moment, from /proc/net/bonding/NAME. */
export interface BondState {
  /** `up` or `down`, as the driver's monitoring sees the bond. */
  readonly miiStatus: string;
  /** In modes with one: the port that sends. */
  readonly activePort?: string;
  /** Of 802.3ad. */
  readonly aggregator?: Aggregator;
}

export interface Aggregator {
  readonly id: number;
  /** Ports that really work together; fewer than the bond has is a fault. */
  readonly ports: number;
  /** 00:00:00:00:00:00: nobody at the other end speaks LACP. */
  readonly partnerMac: string;
}

export interface BondPortState {
  readonly miiStatus: string;
  /** How often the driver saw it fail. */
  readonly failures: number;
  readonly permanentMac: string;
  /** Of 802.3ad: ports with another id than the bond's do not work. */
  readonly aggregatorId?: number;
}
