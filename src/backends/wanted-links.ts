import { PlanError } from '../errors.ts';
import type { Addressing, LinkIdentity, PresentLink } from './backend.ts';
import type { BootAddressing, BootLink, BootModel, Said } from './boot-model.ts';

/**
 * Turns a model into wanted links: an edit of the same files to these changes nothing. A link that stays down is left
 * out, since only links that are up can be wanted. `nameOf` names the links that the files know by their MAC alone.
 */
export function wantedLinks(
  { links }: BootModel,
  nameOf: (permanentMac: string) => string | undefined = () => undefined,
): readonly PresentLink[] {
  return [...links.values()].flatMap((link) => {
    const name = link.name ?? nameOf(link.permanentMac?.value ?? '');
    return link.up.value && name !== undefined ? [wantedLink(name, link)] : [];
  });
}

function wantedLink(name: string, link: BootLink): PresentLink {
  const { kind, permanentMac, mac, mtu, vlan, options, controller, addressing } = link;
  const hasOptions = kind.value === 'bond' || kind.value === 'bridge';
  return {
    state: 'present',
    name,
    kind: kind.value,
    permanentMac: permanentMac?.value,
    mac: mac?.value ?? null,
    mtu: mtu?.value,
    vlan: vlan?.value,
    options: hasOptions
      ? Object.fromEntries(Object.entries(options).map(([option, { value }]) => [option, value]))
      : undefined,
    controller: controller?.value ?? null,
    addressing: plainAddressing(addressing),
  };
}

/** Drops the places. */
export function plainAddressing(boot: BootAddressing): Addressing {
  const { addresses, gateway, gateway6, dns, search, routes, dhcp } = boot;
  return {
    addresses: valuesOf(addresses),
    ...(gateway === undefined ? {} : { gateway: gateway.value }),
    ...(gateway6 === undefined ? {} : { gateway6: gateway6.value }),
    dns: valuesOf(dns),
    ...(search.length === 0 ? {} : { search: valuesOf(search) }),
    routes: valuesOf(routes),
    ...(dhcp === undefined ? {} : { dhcp: true }),
  };
}

/** Finds a link in the model. Throws PlanError where nobody can tell what the files say of it. */
export function findBootLink(
  { links, findings }: BootModel,
  { name, mac = '' }: LinkIdentity,
): BootLink | undefined {
  const keys = [name, mac.toLowerCase()];
  const unread = findings.find(({ kind, link }) => kind === 'unread' && keys.includes(link));
  if (unread !== undefined) throw new PlanError(unread.says);
  return links.get(name) ?? links.get(mac.toLowerCase());
}

function valuesOf<T>(said: readonly Said<T>[]): readonly T[] {
  return said.map(({ value }) => value);
}
