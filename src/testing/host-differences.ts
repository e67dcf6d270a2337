import { differences } from '../engine/transaction/differences.ts';
import { type BondMode, bondOptionRule } from '../model/bond-options.ts';
import { broadcastOf } from '../model/ip.ts';
import { portsOf } from '../model/kernel.ts';
import type { Address, LinkKind, LinkOptions, Links } from '../model/link.ts';
import type { FakeHost } from './fake-host.ts';

/** Describes differences between two states of a host that an undo can restore. */
export function differencesOf(before: FakeHost, after: FakeHost): readonly string[] {
  return differences(comparable(before, before), comparable(after, before));
}

/** Modules and packages stay after an undo, and so do the settings and services that they brought. */
function comparable(host: FakeHost, before: FakeHost): unknown {
  const { links, addresses, routes, files, sysctls, services } = host;
  return {
    links: comparableLinks(links),
    addresses: comparableAddresses(addresses),
    routes: routes.map((route) => JSON.stringify(Object.entries(route).sort())),
    files: new Map([...files].map(([path, file]) => [path, { owner: 'root', group: 'root', ...file }])),
    sysctls: new Map([...sysctls].filter(([key]) => before.sysctls.has(key))),
    services: new Map([...services].filter(([name]) => before.services.has(name))),
  };
}

/** The order matters among IPv4 addresses of one network. */
function comparableAddresses(addresses: readonly Address[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const { link, address, ...more } of addresses) {
    const place = `${link} ${broadcastOf(address) ?? address}`;
    const words = Object.entries(more).sort().flat(2);
    places.set(place, `${places.get(place) ?? ''} ${[address, ...words].join(' ')}`);
  }
  return places;
}

function comparableLinks(links: Links): ReadonlyMap<string, unknown> {
  return new Map(
    [...links.values()].map(({ macPinned: _, options, ...link }) => [
      link.name,
      {
        ...link,
        // The MAC of a controller without ports is random.
        mac: options !== undefined && portsOf(links, link.name).length === 0 ? '' : link.mac,
        options: options && legalOptions(link.kind, options),
      },
    ]),
  );
}

/** Keeps the options that the mode takes. */
function legalOptions(kind: LinkKind, options: LinkOptions): LinkOptions {
  const isLegal = (option: string): boolean =>
    kind !== 'bond' || bondOptionRule.get(option)?.modes?.includes(options['mode'] as BondMode) !== false;
  return Object.fromEntries(Object.entries(options).filter(([option]) => isLegal(option)));
}
