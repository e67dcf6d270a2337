/** The momentary state of a link. */
export interface LinkState {
  /** `up`, `down`, `lowerlayerdown`, `unknown`, ... (RFC 2863). */
  readonly operstate: string;
  /** Absent while the link is administratively down. */
  readonly carrier?: boolean;
  /** Mbit/s. */
  readonly speed?: number;
  readonly duplex?: string;
  /** Bridges only. */
  readonly bridge?: BridgeState;
  /** Ports of a bridge only. */
  readonly stpState?: StpState;
  /** Bonds only. */
  readonly bond?: BondState;
  /** Ports of a bond only. */
  readonly bondPort?: BondPortState;
}

export interface BridgeState {
  /** `8000.020000000104`: priority and MAC. */
  readonly id: string;
  /** The root bridge of the spanning tree; without STP the bridge itself. */
  readonly rootId: string;
}

export type StpState = 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking';

/** States by the name of the link. */
export type LinkStates = ReadonlyMap<string, LinkState>;

/** The momentary state of a bond, from /proc/net/bonding/NAME. */
export interface BondState {
  /** `up` or `down`, as the driver's monitoring sees the bond. */
  readonly miiStatus: string;
  /** The port that sends, in modes with a single active port. */
  readonly activePort?: string;
  /** 802.3ad only. */
  readonly aggregator?: Aggregator;
}

export interface Aggregator {
  readonly id: number;
  /** Ports that aggregate. A number below that of the bond's ports means a fault. */
  readonly ports: number;
  /** 00:00:00:00:00:00 means that no partner speaks LACP. */
  readonly partnerMac: string;
}

export interface BondPortState {
  readonly miiStatus: string;
  /** Failures counted by the driver. */
  readonly failures: number;
  readonly permanentMac: string;
  /** 802.3ad only. A port whose id differs from the bond's does not work. */
  readonly aggregatorId?: number;
}
