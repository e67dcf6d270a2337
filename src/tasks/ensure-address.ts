import type * as z from 'zod';
import type { Addressing } from '../backends/backend.ts';
import { PlanError } from '../errors.ts';
import { isSameRoute } from '../model/kernel.ts';
import type { Link, Route } from '../model/link.ts';
import {
  addressingFields,
  type DesiredAddressing,
  declaresAddressing,
  problemOfAddressing,
  toAddressing,
} from './network/addressing-input.ts';
import {
  addAddressing,
  isDefault,
  mergeAddressing,
  noAddressing,
  removeAddresses,
  withoutAddresses,
} from './network/addressing.ts';
import { kernelAddressing } from './network/bridge-files.ts';
import { defineTask } from './define-task.ts';
import { PlanBuilder } from './network/plan-builder.ts';
import { fields, flag, linkName, type Shape, state } from './input/input.ts';
import { layer3Of } from './network/layer3.ts';
import { freeNics } from './network/link-changes.ts';
import { networkFacts, type NetworkTask } from './network/network-facts.ts';
import { whole } from './network/persisted-link.ts';

/** Addresses, gateway and routes that `ensureAddress` gives a link or removes. */
export interface DesiredAddress extends DesiredAddressing {
  /** Name of the link: a NIC, a bond, a bridge or a VLAN that is not a port. */
  readonly link: string;
  /** `absent` removes the named settings from the link. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Whether static addresses that are not named are removed, with the routes that need them. Default: `false`. */
  readonly exact?: boolean | undefined;
}

/** The result of `ensureAddress`. */
export interface AddressOutput {
  /** Static addresses of the link, with prefix length. */
  readonly addresses: readonly string[];
}

const schema = fields({
  link: linkName,
  state,
  exact: flag.default(false),
  ...addressingFields,
} satisfies Shape<DesiredAddress>);

export type AddressSpec = z.output<typeof schema>;

/**
 * Ensures addresses, gateway, routes and DNS servers of a link: in the kernel (except DNS) and in the files for the next boot.
 *
 * Other settings of the link stay. A host has one default gateway, so another one of this link is replaced.
 *
 * @example
 * await ensureAddress(host, { link: 'eno3', addresses: ['10.128.1.10/24'], gateway: '10.128.1.1', dns: ['192.168.0.168'] });
 *
 * @throws TaskInputError when a field is wrong, such as an address without prefix length.
 * @throws PlanError when the link does not exist, is a port or gets its address from DHCP, when another link has the address or the default gateway, or when
 * a gateway lies in no network of the link.
 * @see iproute2, ip-address(8) and ip-route(8).
 */
export const ensureAddress: NetworkTask<DesiredAddress, AddressSpec, AddressOutput> = defineTask({
  name: 'ensureAddress',
  schema,
  check,
  facts: networkFacts,
  subject: ({ link }) => link,
  plan: (desired, facts, host) => {
    const draft = new PlanBuilder(facts, host);
    if (desired.state === 'absent') planAbsent(draft, desired);
    else planPresent(draft, desired);
    return draft.finish();
  },
  output: ({ link }, { addresses }) => ({
    addresses: addresses.filter((item) => item.link === link).map(({ address }) => address),
  }),
});

function check(desired: AddressSpec): string | undefined {
  if (desired.exact && desired.state === 'absent')
    return 'exact is for state present, it should be left out with absent';
  if (desired.exact && desired.addresses === undefined) return 'exact needs addresses, the ones that stay';
  if (!declaresAddressing(desired)) return 'addresses, gateway, gateway6, dns or routes should be given';
  return problemOfAddressing(desired);
}

function planPresent(draft: PlanBuilder, desired: AddressSpec): void {
  const link = checkLink(draft, desired);
  const persisted = draft.addressingOf(link.name) ?? kernelAddressing(draft, link.name) ?? noAddressing;
  const isLeaving = (address: string): boolean =>
    desired.exact && desired.addresses?.includes(address) !== true;

  draft.update(link.name, { up: true });
  removeAddresses(draft, link.name, ({ address }) => isLeaving(address));
  addAddressing(draft, link.name, desired);
  const kept = withoutAddresses(persisted, isLeaving);
  const addressing = mergeAddressing(kept, toAddressing(desired, link.name), link.name);
  draft.persist({ ...whole(draft, link.name), addressing });
}

function checkLink(draft: PlanBuilder, { link: name, addresses = [] }: AddressSpec): Link {
  const link = draft.findLink(name);
  if (link === undefined)
    throw new PlanError(`link ${name} does not exist: free NICs here are ${freeNics(draft)}`);
  if (link.controller !== undefined) {
    throw new PlanError(
      `link ${name} is a port of ${link.controller}: its addresses should be on ${link.controller}`,
    );
  }
  const lease = draft.facts.leases.find((item) => item.link === name);
  if (addresses.length > 0 && (lease !== undefined || draft.addressingOf(name)?.dhcp === true)) {
    throw new PlanError(
      `link ${name} gets its address from DHCP${lease === undefined ? '' : `, ${lease.address}`}: its DHCP client should be stopped first`,
    );
  }
  return link;
}

function planAbsent(draft: PlanBuilder, desired: AddressSpec): void {
  const link = draft.findLink(desired.link);
  const unwanted = toAddressing(desired, desired.link);
  const isUnwanted = (address: string): boolean => unwanted.addresses.includes(address);
  if (link !== undefined) removeFromKernel(draft, desired, unwanted);

  const persisted = draft.addressingOf(desired.link);
  if (link === undefined || persisted === undefined || link.controller !== undefined) return;
  const addressing = without(withoutAddresses(persisted, isUnwanted), unwanted);
  draft.persist({ ...draft.present(link.name), addressing });
}

function removeFromKernel(draft: PlanBuilder, { link }: AddressSpec, unwanted: Addressing): void {
  for (const route of layer3Of(draft, link).routes) {
    const isGateway = [unwanted.gateway, unwanted.gateway6].includes(route.via) && route.via !== undefined;
    const isNamed = unwanted.routes.some((item) => isSameRoute(item, route));
    if (isNamed || (isGateway && isDefault(route, route.family))) draft.add({ kind: 'route.delete', route });
  }
  removeAddresses(draft, link, ({ address }) => unwanted.addresses.includes(address));
}

function without({ gateway, gateway6, ...rest }: Addressing, unwanted: Addressing): Addressing {
  return {
    ...rest,
    ...(gateway !== undefined && gateway !== unwanted.gateway && { gateway }),
    ...(gateway6 !== undefined && gateway6 !== unwanted.gateway6 && { gateway6 }),
    dns: rest.dns.filter((server) => !unwanted.dns.includes(server)),
    routes: rest.routes.filter((route) => !unwanted.routes.some((item) => isSameWay(item, route))),
  };
}

/** Compares routes without their link: routes in files do not name it. */
function isSameWay(a: Route, b: Route): boolean {
  return isSameRoute({ ...a, link: '' }, { ...b, link: '' });
}
