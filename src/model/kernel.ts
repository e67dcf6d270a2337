import { bondOptionRules } from './bond-options.ts';
import type { Change } from './change.ts';
import type { Address, Link, LinkOptions, Links, LinkSettings, Route, RoutingRule } from './link.ts';

/**
 * Applies a change to links as the Linux kernel does, as far as facts show it. A plan lists most consequences as changes of their own, so only MTU and MAC
 * that follow another link are computed here.
 */
export function linksAfter(links: Links, change: Change): Links {
  switch (change.kind) {
    case 'link.create':
      return withLink(links, withInitialOptions(change.link));
    case 'link.delete':
      return settleBridges(links, withoutLink(links, change.link.name));
    case 'link.update':
      return updateLink(links, change.name, change.after);
    case 'port.add':
      return addPort(links, change);
    case 'port.remove':
      return removePort(links, change.port, change.alone);
    default:
      return links;
  }
}

export function addressesAfter(addresses: readonly Address[], change: Change): readonly Address[] {
  switch (change.kind) {
    case 'address.add':
      return [...addresses, change.address];
    case 'address.delete':
      return addresses.filter((address) => !isSameAddress(address, change.address));
    case 'link.delete':
      return addresses.filter(({ link }) => link !== change.link.name);
    default:
      return addresses;
  }
}

export function routesAfter(routes: readonly Route[], change: Change): readonly Route[] {
  switch (change.kind) {
    case 'route.add':
      return [...routes, change.route];
    case 'route.delete':
      return routes.filter((route) => !isSameRoute(route, change.route));
    case 'link.delete':
      return routes.filter((route) => !linksOfRoute(route).includes(change.link.name));
    default:
      return routes;
  }
}

export function rulesAfter(rules: readonly RoutingRule[], change: Change): readonly RoutingRule[] {
  switch (change.kind) {
    case 'rule.add':
      return [...rules, change.rule];
    case 'rule.delete':
      return rules.filter((rule) => !isSameRule(rule, change.rule));
    default:
      return rules;
  }
}

export function isSameRule(a: RoutingRule, b: RoutingRule): boolean {
  return a.family === b.family && a.priority === b.priority && a.words === b.words;
}

/** The links that a rule names as where packets come from or go to. */
export function linksOfRule({ words }: RoutingRule): readonly string[] {
  return [...words.matchAll(/\b[io]if (\S+)/g)].map(([, link = '']) => link);
}

/** The same rule about another link in the place of `link`. */
export function movedRule(rule: RoutingRule, link: string, heir: string): RoutingRule {
  const words = rule.words.split(' ');
  const moved = words.map((word, at) =>
    word === link && /^[io]if$/.test(words[at - 1] ?? '') ? heir : word,
  );
  return { ...rule, words: moved.join(' ') };
}

/** Returns true if the kernel treats two addresses as the same entry. */
export function isSameAddress(a: Address, b: Address): boolean {
  return a.link === b.link && a.address === b.address && a.peer === b.peer;
}

/** Returns true if the kernel treats two routes as the same entry. */
export function isSameRoute(a: Route, b: Route): boolean {
  return (
    a.family === b.family &&
    a.destination === b.destination &&
    a.via === b.via &&
    a.link === b.link &&
    a.metric === b.metric &&
    (a.table ?? 'main') === (b.table ?? 'main') &&
    a.source === b.source &&
    a.type === b.type &&
    isSameList(a.nexthops, b.nexthops) &&
    isSameList(a.attributes, b.attributes)
  );
}

function isSameList(a: readonly unknown[] = [], b: readonly unknown[] = []): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The links that a route leads through: one, several of a multipath route, or none of one that leads nowhere. */
export function linksOfRoute({ link, nexthops = [] }: Route): readonly string[] {
  const names = [link, ...nexthops.map((hop) => hop.link)];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** The same route through another link in the place of `link`. */
export function movedRoute(route: Route, link: string, heir: string): Route {
  const { nexthops } = route;
  if (nexthops === undefined) return { ...route, link: heir };
  return {
    ...route,
    nexthops: nexthops.map((hop) => (hop.link === link ? { ...hop, link: heir } : hop)),
  };
}

/** Returns the ports of a bond or bridge, in the order of `links`. */
export function portsOf(links: Links, controller: string): readonly Link[] {
  return [...links.values()].filter((link) => link.controller === controller);
}

/** Returns the VLANs on a link. */
export function vlansOn(links: Links, parent: string): readonly Link[] {
  return [...links.values()].filter((link) => link.vlan?.parent === parent);
}

/** The links of kinds that kvmplay does not make, such as macvtap and VXLAN, that sit directly on a link. */
export function othersOn(links: Links, lower: string): readonly Link[] {
  return [...links.values()].filter((link) => link.lower?.includes(lower) === true);
}

/** Returns true if the kernel lowers the link's MTU with that of its lower link. A tunnel and a VXLAN keep theirs. */
export function followsMtu({ type }: Link): boolean {
  return type !== 'vxlan' && type !== 'tunnel';
}

/** Returns true for a link that a guest sends its frames to. */
export function isTapOfGuest({ kind, type }: Link): boolean {
  return kind === 'tap' || type === 'macvtap' || type === 'ipvtap';
}

/** The smallest MTU of a link that has IPv6. */
export const SMALLEST_OF_IPV6 = 1280;

/** Kernel defaults of bridge options. Times are in hundredths of a second, as in sysfs. */
export const initialBridgeOptions: LinkOptions = {
  stp_state: '0',
  forward_delay: '1500',
  hello_time: '200',
  max_age: '2000',
  ageing_time: '30000',
  priority: '32768',
  vlan_filtering: '0',
  multicast_snooping: '1',
};

/** Further options of bridges, with their initial values. A link has only those that somebody set to another value. */
export const furtherBridgeOptions: LinkOptions = {
  group_fwd_mask: '0x0',
  vlan_protocol: '0x8100',
  default_pvid: '1',
  vlan_stats_enabled: '0',
  no_linklocal_learn: '0',
  nf_call_iptables: '0',
  nf_call_ip6tables: '0',
  nf_call_arptables: '0',
  multicast_querier: '0',
  multicast_router: '1',
  multicast_query_use_ifaddr: '0',
};

/** Kernel defaults of bond options. */
export const initialBondOptions: LinkOptions = Object.fromEntries(
  Object.entries(bondOptionRules).map(([name, rule]) => [name, rule.initial]),
);

function withInitialOptions(link: Link): Link {
  if (link.kind === 'bridge') return { ...link, options: { ...initialBridgeOptions, ...link.options } };
  if (link.kind === 'bond') {
    return { ...link, options: readableOptions({ ...initialBondOptions, ...link.options }) };
  }
  return link;
}

/** Bond options that are readable in mode 802.3ad only. The kernel keeps their values in other modes too. */
export const unreadableElsewhere: readonly string[] = ['ad_actor_sys_prio', 'ad_user_port_key'];

function readableOptions(options: LinkOptions): LinkOptions {
  if (options['mode'] === undefined) return options;
  if (options['mode'] === '802.3ad') {
    const { ad_actor_sys_prio, ad_user_port_key } = bondOptionRules;
    return {
      ad_actor_sys_prio: ad_actor_sys_prio.initial,
      ad_user_port_key: ad_user_port_key.initial,
      ...options,
    };
  }
  return Object.fromEntries(Object.entries(options).filter(([name]) => !unreadableElsewhere.includes(name)));
}

function updateLink(links: Links, name: string, settings: LinkSettings): Links {
  const link = links.get(name);
  if (link === undefined) return links;
  const { options, ...rest } = settings;
  const updated: Link = {
    ...link,
    ...rest,
    ...(settings.mac !== undefined && { macPinned: true }),
    ...(options !== undefined && { options: readableOptions({ ...link.options, ...options }) }),
  };
  let next = withLink(links, updated);
  if (settings.up !== undefined) next = spreadUp(next, updated);
  if (settings.mtu !== undefined) next = spreadMtu(next, updated);
  if (settings.mac !== undefined) next = spreadMac(next, updated);
  return settleBridges(links, next, settings.mtu === undefined ? undefined : name);
}

function addPort(
  links: Links,
  { port: portName, controller: controllerName, settings }: Extract<Change, { kind: 'port.add' }>,
): Links {
  const port = links.get(portName);
  const controller = links.get(controllerName);
  if (port === undefined || controller === undefined) return links;

  if (controller.kind === 'bridge') {
    const joined: Link = {
      ...port,
      controller: controllerName,
      up: true,
      ...(settings !== undefined && { port: settings }),
    };
    return settleBridges(links, withLink(links, joined));
  }

  // A bond gives its port its own MTU; without a MAC of its own it adopts that of its first port.
  const isFirst = portsOf(links, controllerName).length === 0;
  const joined = withLink(links, { ...port, controller: controllerName, up: true, mtu: controller.mtu });
  if (!isFirst || controller.macPinned) return joined;
  const adopted = { ...controller, mac: port.mac };
  return spreadMac(withLink(joined, adopted), adopted);
}

function removePort(links: Links, portName: string, alone: Pick<Link, 'up' | 'mtu'>): Links {
  const port = links.get(portName);
  if (port?.controller === undefined) return links;
  const fromBond = links.get(port.controller)?.kind === 'bond';
  const {
    controller: _controller,
    port: _settings,
    ...free
  } = { ...port, up: alone.up, ...(fromBond && { mtu: alone.mtu }) };
  return settleBridges(links, withLink(links, free));
}

/** VLANs go down and come up with their parent. */
function spreadUp(links: Links, changed: Link): Links {
  let next = links;
  for (const vlan of vlansOn(links, changed.name)) {
    const follower = { ...vlan, up: changed.up };
    next = spreadUp(withLink(next, follower), follower);
  }
  return next;
}

/** A bond's ports have its MTU, and a VLAN's is never above its parent's (hazard 38). */
function spreadMtu(links: Links, changed: Link): Links {
  let next = links;
  for (const link of links.values()) {
    const isPort = changed.kind === 'bond' && link.controller === changed.name;
    const sitsOnIt =
      link.vlan?.parent === changed.name || (link.lower?.includes(changed.name) === true && followsMtu(link));
    const isCapped = sitsOnIt && link.mtu > changed.mtu;
    if (!isPort && !isCapped) continue;
    const follower = { ...link, mtu: changed.mtu };
    next = spreadMtu(withLink(next, follower), follower);
  }
  return next;
}

/** VLANs keep their parent's MAC until they are given one. */
function spreadMac(links: Links, changed: Link): Links {
  let next = links;
  for (const vlan of vlansOn(links, changed.name)) {
    if (vlan.macPinned) continue;
    const follower = { ...vlan, mac: changed.mac };
    next = spreadMac(withLink(next, follower), follower);
  }
  return next;
}

/**
 * Bridges follow their ports: the MAC is the lowest of theirs until somebody sets it (hazard 16), the MTU the smallest until somebody sets it (hazard 39). A
 * set MTU is recognised only by differing from the smallest. `told` is a bridge whose MTU is being set now.
 */
function settleBridges(before: Links, links: Links, told?: string): Links {
  let next = links;
  for (const bridge of links.values()) {
    if (bridge.kind !== 'bridge') continue;
    const ports = portsOf(links, bridge.name);
    const [lowestMac] = ports.map(({ mac }) => mac).sort();
    const mac = bridge.macPinned ? bridge.mac : (lowestMac ?? bridge.mac);
    const followed =
      bridge.name !== told && before.get(bridge.name)?.mtu === smallestMtu(portsOf(before, bridge.name));
    const mtu = followed ? smallestMtu(ports) : bridge.mtu;
    if (mac === bridge.mac && mtu === bridge.mtu) continue;
    const settled = { ...bridge, mac, mtu };
    next = spreadMtu(spreadMac(withLink(next, settled), settled), settled);
  }
  return next === links ? links : settleBridges(links, next);
}

function smallestMtu(ports: readonly Link[]): number {
  return ports.length === 0 ? 1500 : Math.min(...ports.map(({ mtu }) => mtu));
}

function withLink(links: Links, link: Link): Links {
  return new Map(links).set(link.name, link);
}

function withoutLink(links: Links, name: string): Links {
  const rest = new Map(links);
  rest.delete(name);
  return rest;
}
