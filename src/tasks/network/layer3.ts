import { PlanError } from '../../errors.ts';
import { familyOf } from '../../model/ip.ts';
import {
  isSameAddress,
  isSameRoute,
  isSameRule,
  linksOfRoute,
  linksOfRule,
  movedRoute,
  movedRule,
  vlansOn,
} from '../../model/kernel.ts';
import type { Address, Route, RoutingRule } from '../../model/link.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** The layer 3 settings of a link. */
export interface Layer3 {
  readonly link: string;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  /** Routing rules that name the link. They outlive its addresses, and the link itself. */
  readonly rules: readonly RoutingRule[];
}

export function layer3Of(draft: PlanBuilder, link: string): Layer3 {
  return {
    link,
    addresses: draft.facts.addresses.filter((address) => address.link === link),
    routes: draft.facts.routes.filter((route) => isSetOn(draft, route, link)),
    rules: draft.facts.rules.filter((rule) => linksOfRule(rule).includes(link)),
  };
}

/** DHCP and router advertisements set their own routes again, on whichever link. */
function isSetOn({ facts }: PlanBuilder, route: Route, link: string): boolean {
  if (!linksOfRoute(route).includes(link)) return false;
  if (route.protocol !== 'dhcp' && route.protocol !== 'ra') return true;
  const isLeased = facts.leases.some(
    (lease) => lease.link === link && familyOf(lease.address) === route.family,
  );
  return !isLeased;
}

/**
 * Refuses to remove a link's layer 3 settings if it shares a route with other links: the route would end for them as well.
 *
 * @throws PlanError
 */
export function refuseSharedRoutes({ link, routes }: Layer3): void {
  const shared = routes.find((route) => linksOfRoute(route).length > 1);
  if (shared === undefined) return;
  throw new PlanError(
    `route ${shared.destination} leads through ${linksOfRoute(shared).join(' and ')}: ` +
      `it should be changed before ${link} loses its routes`,
  );
}

export function isBare({ addresses, routes }: Layer3): boolean {
  return addresses.length === 0 && routes.length === 0;
}

/**
 * Removes addresses and routes from a link. Routes go first, since the kernel drops them with their addresses.
 *
 * @throws PlanError for what nobody could set again.
 */
export function withdraw(draft: PlanBuilder, { addresses, routes }: Layer3): void {
  for (const route of routes)
    refuseUnsettable(route, `route ${route.destination} through ${linksOfRoute(route).join(' and ')}`);
  for (const address of addresses) refuseUnsettable(address, `address ${address.address} of ${address.link}`);
  for (const route of routesInOrder(routes).reverse()) draft.add({ kind: 'route.delete', route });
  // The last address goes first: with a primary address the kernel would drop the others of its network.
  for (const address of addresses.toReversed()) draft.add({ kind: 'address.delete', address });
}

function refuseUnsettable({ unsettable }: { readonly unsettable?: string }, what: string): void {
  if (unsettable === undefined) return;
  throw new PlanError(
    `${what} has ${unsettable}, which kvmplay cannot set again: it should be removed before this change`,
  );
}

/** Adds addresses and routes that a link lacks, whether they were its own or another link's. */
export function restore(
  draft: PlanBuilder,
  { link: from, addresses, routes, rules }: Layer3,
  link: string,
): void {
  const present = layer3Of(draft, link);
  for (const address of addresses.map((item) => movedAddress(item, link))) {
    if (present.addresses.some((item) => isSameAddress(item, address))) continue;
    draft.add({ kind: 'address.add', address });
  }
  for (const route of routesInOrder(routes).map((item) => movedRoute(item, from, link))) {
    if (!present.routes.some((item) => isSameRoute(item, route))) draft.add({ kind: 'route.add', route });
  }
  for (const rule of rules) moveRule(draft, rule, movedRule(rule, from, link));
}

function moveRule(draft: PlanBuilder, rule: RoutingRule, moved: RoutingRule): void {
  if (isSameRule(rule, moved)) return;
  draft.add({ kind: 'rule.delete', rule });
  draft.add({ kind: 'rule.add', rule: moved });
}

/** A label begins with the name of its link. */
function movedAddress(address: Address, link: string): Address {
  const { label, link: from } = address;
  if (label === undefined || link === from) return { ...address, link };
  const moved = label.startsWith(`${from}:`) ? `${link}${label.slice(from.length)}` : undefined;
  if (moved !== undefined && Buffer.byteLength(moved) <= 15) return { ...address, link, label: moved };
  throw new PlanError(
    `address ${address.address} of ${from} has the label ${label}, which ${link} cannot have: it should be removed before this change`,
  );
}

/** A gateway may need a route of its own, which comes first. */
function routesInOrder(routes: readonly Route[]): Route[] {
  const hasGateway = ({ via, nexthops }: Route): boolean => via !== undefined || nexthops !== undefined;
  return [...routes.filter((route) => !hasGateway(route)), ...routes.filter(hasGateway)];
}

/**
 * Runs `act` while a link is down. A link that goes down takes its VLANs along; all of them lose their routes and IPv6 addresses, and get them back
 * afterwards.
 */
export function whileDown(draft: PlanBuilder, name: string, act: () => void): void {
  if (!draft.link(name).up) {
    act();
    return;
  }
  const lost = goDown(draft, name);
  act();
  comeUp(draft, name, lost);
}

interface Lost {
  readonly name: string;
  readonly layer3: Layer3;
  readonly wasUp: boolean;
}

function goDown(draft: PlanBuilder, name: string): readonly Lost[] {
  const above = vlansOn(draft.facts.links, name).flatMap((vlan) => goDown(draft, vlan.name));
  const { up } = draft.link(name);
  const layer3 = lostWhenDown(layer3Of(draft, name));
  withdraw(draft, layer3);
  setUp(draft, name, false);
  return [{ name, layer3, wasUp: up }, ...above];
}

/**
 * VLANs come up with the link, even those that were down before. Each is listed as a change of its own: readers of the plan see it come back, and an undo
 * takes it down before its parent.
 */
function comeUp(draft: PlanBuilder, name: string, lost: readonly Lost[]): void {
  setUp(draft, name, true);
  for (const { name: link, wasUp, layer3 } of lost) {
    if (link !== name) setUp(draft, link, wasUp, false);
    restore(draft, layer3, link);
  }
}

/** Listed even for a VLAN that is already down: the undo then leaves the VLAN down, which its parent would bring up. */
function setUp(draft: PlanBuilder, name: string, up: boolean, before = draft.link(name).up): void {
  const { kind } = draft.link(name);
  draft.add({ kind: 'link.update', name, linkKind: kind, before: { up: before }, after: { up } });
}

function lostWhenDown({ link, addresses, routes }: Layer3): Layer3 {
  return { link, rules: [], addresses: addresses.filter(({ address }) => familyOf(address) === 6), routes };
}
