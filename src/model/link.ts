/** Kinds of network interface that kvmplay distinguishes. `ethernet` is a NIC or a veth end; `other` is left alone. */
export type LinkKind = 'ethernet' | 'bond' | 'bridge' | 'vlan' | 'tap' | 'loopback' | 'other';

/** The two kinds of link that can have ports. */
export type ControllerKind = 'bond' | 'bridge';

/**
 * Options of a bond or a bridge under the kernel's own names and in its own spelling, as
 * `/sys/class/net/NAME/bonding/*` or `/sys/class/net/NAME/bridge/*` print them (a bond's `mode` by name, lists joined by commas).
 */
export type LinkOptions = Readonly<Record<string, string>>;

/** One network interface of a host: its settings, not its momentary state (carrier, speed, active port). */
export interface Link {
  readonly name: string;
  readonly kind: LinkKind;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  /** Largest payload in bytes. */
  readonly mtu: number;
  /** Lower-case MAC address. For a port of a bond the permanent one, since bonding changes the working one. */
  readonly mac: string;
  /** Somebody set the MAC (`addr_assign_type` 3): a bridge or bond keeps it, whatever its ports. */
  readonly macPinned: boolean;
  /** The bond or bridge this link is a port of. */
  readonly controller?: string;
  /** The parent link and 802.1Q id of a VLAN. */
  readonly vlan?: VlanPlace;
  /** Bonds and bridges only. */
  readonly options?: LinkOptions;
  /** Settings of a bridge's port that differ from those of a new port. */
  readonly port?: PortSettings;
  /** The VLANs of a bridge itself where it filters them, like those of a port. */
  readonly vlans?: readonly string[];
  /** A bridge that filters VLANs, or a port of one, on a host without a program to tell which. It stays as it is. */
  readonly hasUnseenVlans?: boolean;
  /** The kernel's word for a link of kind `other`, such as `macvtap` or `vxlan`, if it tells one. */
  readonly type?: string;
  /** The links that a link of kind `other` sits on. */
  readonly lower?: readonly string[];
}

/** Settings of a port of a bridge. They end when it leaves the bridge. */
export interface PortSettings {
  /** In the words of `ip link set type bridge_slave`: `isolated` is `on`. */
  readonly options?: LinkOptions;
  /**
   * Its VLANs where the bridge filters them, as words of `bridge vlan add vid`: `10 pvid untagged`, `20-22`. Absent: the
   * first one, untagged, as the kernel gives it.
   */
  readonly vlans?: readonly string[];
  /** Static forwarding entries, as words of `bridge fdb`: `02:00:00:00:00:77 static vlan 10`. */
  readonly entries?: readonly string[];
}

export interface VlanPlace {
  readonly parent: string;
  readonly id: number;
  /** `802.1ad`; absent means 802.1Q. */
  readonly protocol?: string;
  /** Further words of `ip link add type vlan`: `gvrp`, `on`, `egress-qos-map`, `0:5`. */
  readonly attributes?: readonly string[];
}

/** Every link of a host by name. */
export type Links = ReadonlyMap<string, Link>;

/** The settings of a link that can be changed in place. Before and after of one change carry the same keys. */
export interface LinkSettings {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly mac?: string;
  readonly options?: LinkOptions;
}

/** An address that somebody set on a link. Link-local addresses of the kernel and addresses from DHCP or router advertisements are left out. */
export interface Address {
  readonly link: string;
  /** With prefix length: `10.128.1.10/24`. */
  readonly address: string;
  /** The other end of a point-to-point address, with the prefix length that `address` has, too. */
  readonly peer?: string;
  readonly broadcast?: string;
  readonly scope?: string;
  /** Label of an IPv4 address, if it differs from the name of its link: `eno3:0`. */
  readonly label?: string;
  /** Further words of ip-address(8), in the order in which it shows them: `metric`, `50`, `noprefixroute`. */
  readonly attributes?: readonly string[];
  /** The first word about it that kvmplay cannot set again. A link with such an address stays as it is. */
  readonly unsettable?: string;
}

/** An address with a limited lifetime, given by DHCP or a router advertisement. */
export interface Lease {
  readonly link: string;
  /** With prefix length. */
  readonly address: string;
}

/** One of several ways that a multipath route takes. */
export interface NextHop {
  readonly via?: string;
  readonly link?: string;
  /** Share of the traffic, from 1 to 256; absent means 1. */
  readonly weight?: number;
  readonly onlink?: boolean;
}

/** A route that somebody set. Routes that the kernel adds itself (connected, local, broadcast) are left out. */
export interface Route {
  readonly family: 4 | 6;
  /** `default` or a prefix such as `10.0.0.0/8`. */
  readonly destination: string;
  readonly via?: string;
  readonly link?: string;
  readonly source?: string;
  readonly metric?: number;
  /** Routing table; absent means `main`. */
  readonly table?: string;
  readonly scope?: string;
  readonly protocol?: string;
  readonly onlink?: boolean;
  /** `blackhole`, `unreachable`, `prohibit`; absent means unicast. */
  readonly type?: string;
  /** Next hops of a multipath route; `via` and `link` are then absent. */
  readonly nexthops?: readonly NextHop[];
  /** Further words of ip-route(8), which takes them as it shows them: `tos`, `0x10`, `mtu`, `lock`, `1400`. */
  readonly attributes?: readonly string[];
  /** The first word of the line that kvmplay cannot set again, such as `encap`. A link with such a route stays as it is. */
  readonly unsettable?: string;
}

/** A rule of ip-rule(8) that chooses a routing table. The kernel's own three are left out. */
export interface RoutingRule {
  readonly family: 4 | 6;
  readonly priority: number;
  /** The words after the priority, as `ip rule` shows and takes them: `from all iif eno4 lookup 100`. */
  readonly words: string;
}
