import { familyOf } from '../../model/ip.ts';
import { isSameRoute, vlansOn } from '../../model/kernel.ts';
import type { Address, Route } from '../../model/link.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** What a link has on layer 3. */
export interface Layer3 {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

export function layer3Of(draft: PlanBuilder, link: string): Layer3 {
  return {
    addresses: draft.facts.addresses.filter((address) => address.link === link),
    routes: draft.facts.routes.filter((route) => route.link === link),
  };
}

export function isBare({ addresses, routes }: Layer3): boolean {
  return addresses.length === 0 && routes.length === 0;
}

/** Takes addresses and routes off a link: routes first, since the kernel drops them with their addresses. */
export function withdraw(draft: PlanBuilder, { addresses, routes }: Layer3): void {
  for (const route of routesInOrder(routes).reverse()) draft.add({ kind: 'route.delete', route });
  // The last first: with a primary address the kernel would drop the others of its network.
  for (const address of addresses.toReversed()) draft.add({ kind: 'address.delete', address });
}

/** Gives a link the addresses and routes that it lacks, be they its own or another link's. */
export function restore(draft: PlanBuilder, { addresses, routes }: Layer3, link: string): void {
  const present = layer3Of(draft, link);
  for (const address of addresses) {
    if (present.addresses.some((item) => item.address === address.address)) continue;
    draft.add({ kind: 'address.add', address: { ...address, link } });
  }
  for (const route of routesInOrder(routes).map((item) => ({ ...item, link }))) {
    if (!present.routes.some((item) => isSameRoute(item, route))) draft.add({ kind: 'route.add', route });
  }
}

/** A gateway may be reached by a route of its own, which then comes first. */
function routesInOrder(routes: readonly Route[]): Route[] {
  return [...routes.filter(({ via }) => via === undefined), ...routes.filter(({ via }) => via !== undefined)];
}

/**
 * Does something to a link that must be down for it. A link that goes down takes its VLANs along; all of them lose their
 * routes and their IPv6 addresses, and get them back afterwards.
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
 * The VLANs come up with the link, also those that were down. Each is listed as if it had not: who reads the plan sees it
 * come back, and taking the plan back takes it down before its parent.
 */
function comeUp(draft: PlanBuilder, name: string, lost: readonly Lost[]): void {
  setUp(draft, name, true);
  for (const { name: link, wasUp, layer3 } of lost) {
    if (link !== name) setUp(draft, link, wasUp, false);
    restore(draft, layer3, link);
  }
}

/** Listed even for a VLAN that is down already: taking it back leaves the VLAN down, which its parent would bring up. */
function setUp(draft: PlanBuilder, name: string, up: boolean, before = draft.link(name).up): void {
  const { kind } = draft.link(name);
  draft.add({ kind: 'link.update', name, linkKind: kind, before: { up: before }, after: { up } });
}

function lostWhenDown({ addresses, routes }: Layer3): Layer3 {
  return { addresses: addresses.filter(({ address }) => familyOf(address) === 6), routes };
}
