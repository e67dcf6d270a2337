import * as z from 'zod';
import type { Addressing } from '../../backends/backend.ts';
import { canonicalIp, familyOf, isCidr, isNetworkAddress } from '../../model/ip.ts';
import type { Route } from '../../model/link.ts';
import { cidr, fields, ip, ipv4, ipv6, listOf, matching, type Shape, wholeNumber } from '../input/input.ts';

/** Layer 3 settings of a link, for every task that can give a link addresses. */
export interface DesiredAddressing {
  /** Addresses with prefix length, IPv4 or IPv6, such as `10.128.1.10/24`. Other addresses of the link stay. */
  readonly addresses?: readonly string[] | undefined;
  /** IPv4 default gateway, in a network of the link. It replaces another one of this link; a host has only one. */
  readonly gateway?: string | undefined;
  /** IPv6 default gateway, in a network of the link or link-local. */
  readonly gateway6?: string | undefined;
  /** DNS servers in order. They replace those in the files and take effect at the next boot. */
  readonly dns?: readonly string[] | undefined;
  /** Further routes through the link. Other routes stay. */
  readonly routes?: readonly DesiredRoute[] | undefined;
}

/** A static route. */
export interface DesiredRoute {
  /** Destination network, such as `10.0.0.0/8`; `default` only with a `table` of its own. */
  readonly destination: string;
  /** Address of the gateway. Default: none; the network is directly on the link. */
  readonly via?: string | undefined;
  /** Source address for this route. Default: the kernel's choice. */
  readonly source?: string | undefined;
  /** Priority, 1 to 4294967295, the lowest wins. Default: the kernel's, 0 for IPv4 and 1024 for IPv6. */
  readonly metric?: number | undefined;
  /** Routing table, by number or by its name in `/etc/iproute2/rt_tables`. Default: `main`. */
  readonly table?: string | number | undefined;
}

const destination = matching(
  'a network with its prefix length, such as "10.0.0.0/8", or "default"',
  (value) => value === 'default' || (isCidr(value) && isNetworkAddress(value) && !value.endsWith('/0')),
).transform(canonicalDestination);

const table = z
  .custom<string | number>(
    (value) => (typeof value === 'number' ? value > 0 : /^[\w-]+$/.test(String(value))),
    {
      error: 'the number or the name of a routing table',
    },
  )
  .transform((value) => (String(value) === '254' ? 'main' : String(value)));

const route = fields({
  destination,
  via: ip.optional(),
  source: ip.optional(),
  metric: wholeNumber(1, 4_294_967_295).optional(),
  table: table.optional(),
} satisfies Shape<DesiredRoute>);

export const addressingFields = {
  addresses: listOf(cidr, 'addresses').optional(),
  gateway: ipv4.optional(),
  gateway6: ipv6.optional(),
  dns: listOf(ip, 'IP addresses').optional(),
  routes: listOf(route, 'routes').optional(),
} satisfies Shape<DesiredAddressing>;

export type AddressingSpec = z.output<z.ZodObject<typeof addressingFields>>;
type RouteSpec = z.output<typeof route>;

export function problemOfAddressing({ routes = [] }: AddressingSpec): string | undefined {
  const bare = routes.find(
    ({ destination, table = 'main' }) => destination === 'default' && table === 'main',
  );
  if (bare !== undefined) return 'a default route of table main should be given as gateway or gateway6';
  const open = routes.find(({ destination, via }) => destination === 'default' && via === undefined);
  if (open !== undefined) return 'a default route should have a gateway in via';
  const mixed = routes.find((item) => item.destination !== 'default' && mixesFamilies(item));
  return mixed === undefined ? undefined : `route ${mixed.destination} mixes IPv4 and IPv6`;
}

function mixesFamilies({ destination, via, source }: RouteSpec): boolean {
  const family = familyOf(destination);
  return [via, source].some((address) => address !== undefined && familyOf(address) !== family);
}

/** Returns true if any layer 3 setting is declared. */
export function declaresAddressing({ addresses, gateway, gateway6, dns, routes }: AddressingSpec): boolean {
  return [addresses, gateway, gateway6, dns, routes].some((value) => value !== undefined);
}

/** Converts to the form that backends write. */
export function toAddressing(spec: AddressingSpec, link: string): Addressing {
  return {
    addresses: spec.addresses ?? [],
    ...(spec.gateway !== undefined && { gateway: spec.gateway }),
    ...(spec.gateway6 !== undefined && { gateway6: spec.gateway6 }),
    dns: spec.dns ?? [],
    routes: (spec.routes ?? []).map((item) => toRoute(item, link)),
  };
}

/** The default route through `gateway`. */
export function defaultRoute(gateway: string, link: string): Route {
  return { family: familyOf(gateway), destination: 'default', via: gateway, link };
}

function toRoute({ destination: network, via, source, metric, table: name }: RouteSpec, link: string): Route {
  return {
    family: familyOf(network === 'default' ? (via ?? '') : network),
    destination: network,
    ...(via !== undefined && { via }),
    link,
    ...(source !== undefined && { source }),
    ...(metric !== undefined && { metric }),
    ...(name !== undefined && name !== 'main' && { table: name }),
    // `ip route` sets and prints this scope for a route without gateway.
    ...(via === undefined && familyOf(network) === 4 && { scope: 'link' }),
  };
}

/** `ip route` prints the route to a single address without prefix length. */
function canonicalDestination(value: string): string {
  if (value === 'default') return value;
  const network = canonicalIp(value);
  const full = familyOf(network) === 4 ? '/32' : '/128';
  return network.endsWith(full) ? network.slice(0, -full.length) : network;
}
