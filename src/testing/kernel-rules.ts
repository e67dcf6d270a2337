import { isIPv4 } from 'node:net';
import { type BondMode, bondOptionRule } from '../model/bond-options.ts';
import type { Change } from '../model/change.ts';
import type { LinkUpdate } from '../changes/link.ts';
import type { PortAdd, PortRemove } from '../changes/port.ts';
import {
  furtherBridgeOptions,
  initialBridgeOptions,
  isSameAddress,
  isSameRoute,
  isSameRule,
  linksOfRoute,
  othersOn,
  portsOf,
  SMALLEST_OF_IPV6,
  vlansOn,
} from '../model/kernel.ts';
import type { Address, Link, LinkKind, LinkOptions, Links, NextHop, Route } from '../model/link.ts';
import { familyOf, isInNetwork } from '../model/ip.ts';
import type { FakeState } from '../model/fake-state.ts';
import { systemRefusalOf } from './system-rules.ts';

/** Says, in the kernel's words, why a host would refuse `change`, or which side effect the plan must list. Undefined if all is well. */
export function refusalOf(state: FakeState, change: Change): string | undefined {
  switch (change.kind) {
    case 'link.create':
      return refuseCreate(state, change.link);
    case 'link.delete':
      return state.links.has(change.link.name)
        ? refuseDelete(state, change.link.name)
        : noDevice(change.link.name);
    case 'link.update':
      return state.links.has(change.name) ? refuseUpdate(state, change) : noDevice(change.name);
    case 'port.add':
      return refusePort(state, change);
    case 'port.remove':
      return state.links.get(change.port)?.controller === change.controller
        ? refuseDown(state, change, change.controllerKind === 'bond')
        : `${change.port} is no port of ${change.controller}`;
    case 'address.add':
      return refuseAddress(state, change.address);
    case 'address.delete':
      return refuseAddressDelete(state, change.address);
    case 'route.add':
      return refuseRoute(state, change.route);
    case 'route.delete':
      return state.routes.some((route) => isSameRoute(route, change.route)) ? undefined : 'No such process';
    case 'rule.delete':
      return state.rules.some((rule) => isSameRule(rule, change.rule))
        ? undefined
        : 'No such file or directory';
    default:
      return systemRefusalOf(state, change);
  }
}

function noDevice(name: string): string {
  return `Cannot find device "${name}"`;
}

function refuseCreate({ links, modules }: FakeState, link: Link): string | undefined {
  if (links.has(link.name) || link.name === 'bonding_masters') return 'File exists';
  if (Buffer.byteLength(link.name) > 15) return 'Attribute failed policy validation.';
  if (!/^[^\s/:%]+$/.test(link.name) || /^\.\.?$/.test(link.name)) return 'Invalid argument';
  if (!makeable.includes(link.kind)) return 'Unknown device type.';
  const refusal =
    link.vlan === undefined
      ? refuseOptions(links, { ...link, up: false }, link.options ?? {})
      : refuseVlan(links, link, link.vlan);
  return refusal ?? refuseWithoutModule(modules, link);
}

const makeable: readonly LinkKind[] = ['bond', 'bridge', 'vlan', 'tap'];

const moduleOfKind: Readonly<Partial<Record<Link['kind'], string>>> = {
  bond: 'bonding',
  bridge: 'bridge',
  vlan: '8021q',
};

/** The kernel loads the module of a new link by itself (hazard 43). bonding then also creates a bond (hazard 29). */
function refuseWithoutModule(modules: FakeState['modules'], { kind }: Link): string | undefined {
  const name = moduleOfKind[kind];
  const state = name === undefined ? 'loaded' : modules.get(name)?.state;
  if (state === undefined || state === 'missing') return 'Unknown device type.';
  return state === 'loadable' && name === 'bonding'
    ? 'the kernel would silently load bonding and make bond0: the plan should load it'
    : undefined;
}

function refuseVlan(
  links: Links,
  link: Link,
  { parent: name, id, protocol }: NonNullable<Link['vlan']>,
): string | undefined {
  const parent = links.get(name);
  if (parent === undefined) return noDevice(name);
  if (parent.kind === 'loopback') return '8021q: VLANs not supported on device.';
  if (id < 1 || id > 4094) return 'Invalid VLAN id.';
  if (vlansOn(links, name).some(({ vlan }) => vlan?.id === id && vlan.protocol === protocol))
    return '8021q: VLAN device already exists.';
  if (link.mtu > parent.mtu) return 'Numerical result out of range';
  return link.up && !parent.up ? 'Network is down' : undefined;
}

function refuseDelete({ links, addresses, routes }: FakeState, name: string): string | undefined {
  const kind = links.get(name)?.kind;
  if (kind === 'ethernet' || kind === 'loopback') return 'Operation not supported';
  const lost = [
    ...vlansOn(links, name).map((vlan) => vlan.name),
    ...othersOn(links, name).map((other) => other.name),
    ...portsOf(links, name).map((port) => `its port ${port.name}`),
    ...addresses.filter(({ link }) => link === name).map(({ address }) => address),
    ...routes
      .filter((route) => linksOfRoute(route).includes(name))
      .map(({ destination }) => `route ${destination}`),
  ];
  return lostUnsaid(lost);
}

function refuseUpdate(state: FakeState, { name, after }: LinkUpdate): string | undefined {
  const link = state.links.get(name);
  if (link === undefined) return noDevice(name);
  const parent = link.vlan === undefined ? undefined : state.links.get(link.vlan.parent);
  if (after.mtu !== undefined && (after.mtu < 68 || after.mtu > (parent?.mtu ?? 65535))) {
    return 'Numerical result out of range';
  }
  if (after.mac !== undefined && !isUsableMac(after.mac)) return 'Cannot assign requested address';
  if (after.up === true && parent?.up === false) return 'Network is down';
  if (after.up === false && link.up) {
    const lost = lostWhenDown(state, name);
    if (lost !== undefined) return lost;
  }
  const refusal = after.options === undefined ? undefined : refuseOptions(state.links, link, after.options);
  return refusal ?? lostToMtu(state, { name, mtu: after.mtu });
}

/** Accepts neither multicast addresses nor all zeros. An empty text stands for a MAC that the kernel makes up. */
function isUsableMac(mac: string): boolean {
  return mac === '' || (mac !== '00:00:00:00:00:00' && Number.parseInt(mac.slice(0, 2), 16) % 2 === 0);
}

/** A link below the smallest MTU of IPv6 loses its IPv6 addresses. */
function lostToMtu(
  { addresses, routes }: FakeState,
  { name, mtu = SMALLEST_OF_IPV6 }: { name: string; mtu: number | undefined },
): string | undefined {
  if (mtu >= SMALLEST_OF_IPV6) return undefined;
  return lostUnsaid([
    ...addresses
      .filter(({ link, address }) => link === name && familyOf(address) === 6)
      .map(({ address }) => address),
    ...routes
      .filter((route) => route.family === 6 && linksOfRoute(route).includes(name))
      .map(({ destination }) => `route ${destination}`),
  ]);
}

function lostUnsaid(lost: readonly string[]): string | undefined {
  return lost.length === 0
    ? undefined
    : `the kernel would silently drop ${lost.join(', ')}: the plan should say so`;
}

/** A link that goes down loses its routes and its IPv6 addresses, and takes its VLANs down. */
function lostWhenDown({ links, addresses, routes }: FakeState, name: string): string | undefined {
  const lost = [
    ...routes
      .filter((route) => linksOfRoute(route).includes(name))
      .map(({ destination }) => `route ${destination}`),
    ...addresses
      .filter(({ link, address }) => link === name && familyOf(address) === 6)
      .map(({ address }) => address),
    ...vlansOn(links, name)
      .filter(({ up }) => up)
      .map((vlan) => `the link ${vlan.name}`),
  ];
  return lost.length === 0
    ? undefined
    : `the kernel would silently take down ${lost.join(', ')}: the plan should say so`;
}

function refuseOptions(links: Links, link: Link, options: LinkOptions): string | undefined {
  if (link.kind === 'bridge') return refuseBridgeOptions(options, { ...link.options, ...options });
  if (link.kind !== 'bond') return undefined;
  const settled = { ...link.options, ...options };
  for (const option of Object.keys(options)) {
    const problem = refuseBondOption(links, link, { option, settled });
    if (problem !== undefined) return `option ${option}: ${problem}`;
  }
  return undefined;
}

/** Smallest and largest value that the kernel accepts. The forward delay is checked only with STP. */
const bridgeRanges: Readonly<Record<string, readonly [number, number]>> = {
  hello_time: [100, 1000],
  max_age: [600, 4000],
};

function refuseBridgeOptions(options: LinkOptions, settled: LinkOptions): string | undefined {
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn({ ...initialBridgeOptions, ...furtherBridgeOptions }, option))
      return `option ${option}: No such file or directory`;
    const [least, most] = bridgeRanges[option] ?? [0, Infinity];
    if (Number(value) < least || Number(value) > most)
      return `option ${option}: Numerical result out of range`;
  }
  const delay = Number(settled['forward_delay']);
  return settled['stp_state'] === '1' && (delay < 200 || delay > 3000)
    ? 'Numerical result out of range'
    : undefined;
}

/** The mode is set first, so the other options are judged by the new mode. */
function refuseBondOption(
  links: Links,
  bond: Link,
  { option, settled }: { option: string; settled: LinkOptions },
): string | undefined {
  const rule = bondOptionRule.get(option);
  const value = settled[option] ?? '';
  const mode = (settled['mode'] ?? 'balance-rr') as BondMode;
  const ports = portsOf(links, bond.name);
  if (rule === undefined) return 'No such file or directory';
  if (rule.modes?.includes(mode) === false) return `mode dependency failed, not supported in mode ${mode}`;
  if (rule.condition === 'no ports' && ports.length > 0)
    return 'unable to set because the bond device has slaves';
  if ((rule.condition === 'bond down' || option === 'mode') && bond.up) {
    return 'unable to set because the bond device is up';
  }
  if (option === 'primary' && value !== '' && ports.every(({ name }) => name !== value))
    return `${value} is no port`;
  if (option === 'arp_interval' && value !== '0' && (settled['miimon'] ?? '0') !== '0') {
    return 'ARP monitoring cannot be used with MII monitoring';
  }
  if (option === 'miimon' && value !== '0' && (settled['arp_interval'] ?? '0') !== '0')
    return 'the kernel would silently turn off ARP monitoring: the plan should say so';
  if ((option === 'updelay' || option === 'downdelay') && value !== '0') {
    const interval = Number(settled['miimon'] ?? 0);
    if (interval === 0) return 'Unable to set the delay as MII monitoring is disabled';
    if (Number(value) % interval !== 0) return 'is not a multiple of miimon, it would be rounded down';
  }
  return undefined;
}

function refusePort(state: FakeState, change: PortAdd): string | undefined {
  const port = state.links.get(change.port);
  const controller = state.links.get(change.controller);
  if (port === undefined) return noDevice(change.port);
  if (controller === undefined) return noDevice(change.controller);
  if (port.controller !== undefined) {
    return `the kernel would silently take it from ${port.controller}: the plan should say so`;
  }
  if (port.kind === 'loopback') return 'Invalid argument';
  if (othersOn(state.links, port.name).some(({ type }) => type !== 'vxlan' && type !== 'tunnel'))
    return 'Device or resource busy';
  if (controller.kind === 'bond') {
    if (port === controller) return 'Cannot enslave bond to itself.';
    const refusal = refuseDown(state, change, port.up);
    return refusal ?? (carries(state.links, port, controller.name) ? 'Device or resource busy' : undefined);
  }
  if (controller.kind !== 'bridge') return 'Operation not supported';
  if (port.kind === 'bridge') return 'Can not enslave a bridge to a bridge.';
  if (portsOf(state.links, controller.name).length >= 1024) return 'Exchange full';
  return carries(state.links, port, controller.name) ? 'Device or resource busy' : undefined;
}

/** Bonds take their ports down when they join and when they leave. */
function refuseDown(state: FakeState, { port }: PortAdd | PortRemove, goesDown: boolean): string | undefined {
  return goesDown ? lostWhenDown(state, port) : undefined;
}

/** Returns true if `base` is below `link`, as parent or port, at any depth: joining them would make a loop. */
function carries(links: Links, link: Link, base: string): boolean {
  const parent = link.vlan === undefined ? undefined : links.get(link.vlan.parent);
  return [...(parent === undefined ? [] : [parent]), ...portsOf(links, link.name)].some(
    (lower) => lower.name === base || carries(links, lower, base),
  );
}

function refuseAddress({ links, addresses }: FakeState, added: Address): string | undefined {
  const { link, address, label, unsettable } = added;
  const mtu = links.get(link)?.mtu;
  if (mtu === undefined) return noDevice(link);
  if (familyOf(address) === 6 && mtu < SMALLEST_OF_IPV6) return 'Invalid argument';
  if (unsettable !== undefined) return `kvmplay cannot set ${unsettable}`;
  if (label !== undefined && !label.startsWith(`${link}:`)) return '"dev" must match "label"';
  if (label !== undefined && Buffer.byteLength(label) > 15) return 'Numerical result out of range';
  return addresses.some((item) => isSameAddress(item, added)) ? 'File exists' : undefined;
}

function refuseAddressDelete({ addresses, routes }: FakeState, doomed: Address): string | undefined {
  const own = addresses.filter(({ link }) => link === doomed.link);
  if (!own.some((address) => isSameAddress(address, doomed))) return 'Cannot assign requested address';
  const [host = '', length] = doomed.address.split('/');
  if (!isIPv4(host)) return undefined;

  // The network of a point-to-point address is that of its peer.
  const sameNetwork = own.filter(
    ({ address, peer = address }) =>
      address.split('/')[1] === length && isInNetwork(peer, doomed.peer ?? doomed.address),
  );
  const [primary, ...others] = sameNetwork;
  const isPrimary = primary !== undefined && isSameAddress(primary, doomed);
  const lost = isPrimary ? others.map(({ address }) => address) : [];
  const isLast = own.filter(({ address }) => familyOf(address) === 4).length === 1;
  const ways = routes.filter(
    (route) =>
      linksOfRoute(route).includes(doomed.link) && route.family === 4 && (isLast || route.source === host),
  );
  return lostUnsaid([...lost, ...ways.map(({ destination }) => `route ${destination}`)]);
}

function refuseRoute(state: FakeState, route: Route): string | undefined {
  const { links, routes } = state;
  for (const name of linksOfRoute(route)) {
    if (links.get(name)?.up !== true) return links.has(name) ? 'Network is down' : noDevice(name);
  }
  if (route.unsettable !== undefined) return `kvmplay cannot set ${route.unsettable}`;
  const isTaken = routes.some(
    (item) =>
      item.family === route.family &&
      item.destination === route.destination &&
      item.metric === route.metric &&
      item.table === route.table,
  );
  if (isTaken) return 'File exists';
  const hops = route.nexthops ?? [route];
  return hops.every((hop) => isReached(state, hop)) ? undefined : 'Nexthop has invalid gateway.';
}

function isReached({ addresses, leases, routes }: FakeState, { via, link: name, onlink }: NextHop): boolean {
  if (via === undefined || onlink === true || /^fe80:/i.test(via)) return true;
  const networks = [...addresses, ...leases]
    .filter(({ link }) => link === name)
    .map(({ address }) => address);
  const ways = routes
    .filter((item) => item.link === name && item.via === undefined)
    .map(({ destination }) => destination);
  return [...networks, ...ways].some((network) => network !== 'default' && isInNetwork(via, network));
}
