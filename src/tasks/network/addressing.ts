import type { Addressing } from '../../backends/backend.ts';
import { PlanError } from '../../errors.ts';
import { broadcastOf, familyOf, hostPart, isInNetwork } from '../../model/ip.ts';
import { isSameRoute, linksOfRoute } from '../../model/kernel.ts';
import type { Address, Route } from '../../model/link.ts';
import { type AddressingSpec, defaultRoute, toAddressing } from './addressing-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { type Layer3, layer3Of, restore, withdraw } from './layer3.ts';

/** Adds declared addresses, gateways and routes that a link lacks in the kernel. */
export function addAddressing(draft: PlanBuilder, link: string, spec: AddressingSpec): void {
  const { addresses, gateway, gateway6, routes } = toAddressing(spec, link);
  for (const address of addresses) addAddress(draft, link, address);
  for (const way of [gateway, gateway6]) if (way !== undefined) setGateway(draft, link, way);
  for (const route of routes) addRoute(draft, link, route);
}

function addAddress(draft: PlanBuilder, link: string, address: string): void {
  const holder = draft.facts.addresses.find((item) => hostPart(item.address) === hostPart(address));
  if (holder?.link === link && holder.address === address) return;
  if (holder?.link === link) {
    throw new PlanError(`${link} has ${holder.address}, it should be removed before ${address} can be added`);
  }
  if (holder !== undefined) {
    throw new PlanError(`address ${address} is on ${holder.link}, it should not be on ${link} as well`);
  }
  const broadcast = broadcastOf(address);
  draft.add({
    kind: 'address.add',
    address: { link, address, ...(broadcast !== undefined && { broadcast }) },
  });
}

function setGateway(draft: PlanBuilder, link: string, gateway: string): void {
  refuseOutside(draft, link, `gateway ${gateway}`, gateway);
  const wanted = defaultRoute(gateway, link);
  const others = draft.facts.routes.filter((route) => isDefault(route, wanted.family));
  const elsewhere = others.find((route) => route.link !== link);
  if (elsewhere !== undefined) {
    throw new PlanError(
      `the default gateway is ${gatewaysOf(elsewhere)} on ${linksOfRoute(elsewhere).join(' and ') || 'another link'}, ` +
        `it cannot be ${gateway} on ${link} as well: a host has one`,
    );
  }
  for (const route of others) if (route.via !== gateway) draft.add({ kind: 'route.delete', route });
  if (others.every((route) => route.via !== gateway)) draft.add({ kind: 'route.add', route: wanted });
}

function gatewaysOf({ via, nexthops = [] }: Route): string {
  const gateways = [via, ...nexthops.map((hop) => hop.via)].filter((gateway) => gateway !== undefined);
  return gateways.join(' and ') || 'none';
}

export function isDefault({ family, destination, table, type }: Route, wanted: 4 | 6): boolean {
  return family === wanted && destination === 'default' && table === undefined && type === undefined;
}

/** The kernel accepts a gateway only inside a network of the link. */
function refuseOutside(draft: PlanBuilder, link: string, what: string, gateway: string): void {
  const { addresses, leases } = draft.facts;
  const networks = [...addresses, ...leases]
    .filter((item) => item.link === link)
    .map(({ address }) => address);
  if (/^fe80:/i.test(gateway) || networks.some((network) => isInNetwork(gateway, network))) return;
  throw new PlanError(
    `${what} lies in no network of ${link}, which has ${networks.join(', ') || 'no address'}`,
  );
}

function addRoute(draft: PlanBuilder, link: string, route: Route): void {
  const { routes } = draft.facts;
  if (routes.some((item) => isSameRoute(item, route))) return;

  const rival = routes.find((item) => isSamePlace(item, route));
  if (rival !== undefined && rival.link !== link) {
    throw new PlanError(
      `route ${route.destination} leads over ${linksOfRoute(rival).join(' and ') || 'another link'}, it cannot lead over ${link} as well`,
    );
  }
  if (route.via !== undefined && routes.every((item) => !leadsTo(item, link, route.via))) {
    refuseOutside(draft, link, `gateway ${route.via} of route ${route.destination}`, route.via);
  }
  if (rival !== undefined) draft.add({ kind: 'route.delete', route: rival });
  draft.add({ kind: 'route.add', route });
}

/** The kernel keeps one route for a destination, metric, table, TOS and source. */
function isSamePlace(a: Route, b: Route): boolean {
  return (
    a.family === b.family &&
    a.destination === b.destination &&
    a.metric === b.metric &&
    a.table === b.table &&
    valueOfAttribute(a, 'tos') === valueOfAttribute(b, 'tos') &&
    valueOfAttribute(a, 'from') === valueOfAttribute(b, 'from')
  );
}

function valueOfAttribute({ attributes = [] }: Route, key: string): string | undefined {
  const at = attributes.indexOf(key);
  return at === -1 ? undefined : attributes[at + 1];
}

function leadsTo(route: Route, link: string, address: string | undefined): boolean {
  if (route.link !== link || route.via !== undefined || route.destination === 'default') return false;
  return address !== undefined && isInNetwork(address, route.destination);
}

/** Removes addresses from a link, after the routes that the kernel would drop with them. */
export function removeAddresses(
  draft: PlanBuilder,
  link: string,
  isDoomed: (address: Address) => boolean,
): void {
  const { addresses, routes } = layer3Of(draft, link);
  for (const family of [4, 6] as const) {
    const own = addresses.filter(({ address }) => familyOf(address) === family);
    const ways = routes.filter((route) => route.family === family);
    removeOfFamily(draft, link, { link, addresses: own, routes: ways, rules: [] }, isDoomed);
  }
}

function removeOfFamily(
  draft: PlanBuilder,
  link: string,
  layer3: Layer3,
  isDoomed: (address: Address) => boolean,
): void {
  const doomed = layer3.addresses.filter(isDoomed);
  if (doomed.length === 0) return;
  const kept = layer3.addresses.filter((address) => !isDoomed(address));
  const sound = layer3.routes.filter((route) => outlives(route, doomed, kept));
  if (!doomed.some((address) => takesAlong(address, layer3.addresses, kept))) {
    withdraw(draft, {
      link,
      rules: [],
      addresses: doomed,
      routes: layer3.routes.filter((route) => !sound.includes(route)),
    });
    return;
  }
  withdraw(draft, layer3);
  restore(draft, { link, rules: [], addresses: kept, routes: sound }, link);
}

/** The kernel removes further IPv4 addresses of a network together with the first one. */
function takesAlong(one: Address, all: readonly Address[], kept: readonly Address[]): boolean {
  const { address, peer = address } = one;
  if (familyOf(address) === 6) return false;
  const isInSameNetwork = (other: Address): boolean =>
    prefixOf(other.address) === prefixOf(address) && isInNetwork(other.peer ?? other.address, peer);
  const isPrimary = all.find(isInSameNetwork) === one;
  return isPrimary && kept.some(isInSameNetwork);
}

function prefixOf(address: string): string {
  return address.replace(/^.*\//, '');
}

function outlives(route: Route, doomed: readonly Address[], kept: readonly Address[]): boolean {
  if (route.family === 4 && kept.length === 0) return false;
  if (doomed.some(({ address }) => hostPart(address) === route.source)) return false;
  const { via } = route;
  if (via === undefined || route.onlink === true) return true;
  const isReached = ({ address }: Address): boolean => isInNetwork(via, address);
  return !doomed.some(isReached) || kept.some(isReached);
}

/** Returns the addressing that files need so that the link boots with its present settings. */
export function addressingFromKernel({
  addresses,
  routes,
}: Pick<Layer3, 'addresses' | 'routes'>): Addressing {
  const gateway = routes.find((route) => isDefault(route, 4))?.via;
  const gateway6 = routes.find((route) => isDefault(route, 6))?.via;
  return {
    addresses: addresses.map(({ address }) => address),
    ...(gateway !== undefined && { gateway }),
    ...(gateway6 !== undefined && { gateway6 }),
    dns: [],
    routes: routes.filter((route) => !isDefault(route, route.family) || route.via === undefined),
  };
}

export const noAddressing: Addressing = { addresses: [], dns: [], routes: [] };

/** Returns true if the addressing gives a link nothing. */
export function isEmptyAddressing({
  addresses,
  gateway,
  gateway6,
  dns,
  routes,
  search = [],
  dhcp,
}: Addressing): boolean {
  const lists = [addresses, dns, routes, search];
  return (
    lists.every(({ length }) => length === 0) &&
    gateway === undefined &&
    gateway6 === undefined &&
    dhcp !== true
  );
}

/** Merges two addressings of one link. For single values `over` wins. */
export function mergeAddressing(base: Addressing, over: Addressing, link: string): Addressing {
  const routes = over.routes.map((route) => ({ ...route, link }));
  const others = base.routes
    .map((route) => ({ ...route, link }))
    .filter((a) => !routes.some((b) => isSamePlace(a, b)));
  const addresses = [
    ...base.addresses,
    ...over.addresses.filter((address) => !base.addresses.includes(address)),
  ];
  const merged: Addressing = {
    ...base,
    ...over,
    dns: over.dns.length > 0 ? over.dns : base.dns,
    routes: [...others, ...routes],
    addresses,
  };
  return { ...merged, addresses: withGatewayFirst(merged) };
}

/** Some formats accept a gateway only in the network of the first address. */
function withGatewayFirst({ addresses, gateway }: Addressing): readonly string[] {
  const first = addresses.find((address) => familyOf(address) === 4);
  if (gateway === undefined || first === undefined || isInNetwork(gateway, first)) return addresses;
  const fit = addresses.filter((address) => isInNetwork(gateway, address));
  return [...fit, ...addresses.filter((address) => !fit.includes(address))];
}

/** Removes addresses, and settings that need them. */
export function withoutAddresses(base: Addressing, isDoomed: (address: string) => boolean): Addressing {
  const { gateway, gateway6, ...rest } = base;
  const addresses = base.addresses.filter((address) => !isDoomed(address));
  const isReached = (via: string): boolean => {
    if (/^fe80:/i.test(via)) return true;
    const wasReached = base.addresses.some((address) => isInNetwork(via, address));
    return !wasReached || addresses.some((address) => isInNetwork(via, address));
  };
  return {
    ...rest,
    addresses,
    ...(gateway !== undefined && isReached(gateway) && { gateway }),
    ...(gateway6 !== undefined && isReached(gateway6) && { gateway6 }),
    routes: base.routes.filter(({ via }) => via === undefined || isReached(via)),
  };
}
