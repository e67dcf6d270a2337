import fc from 'fast-check';
import type { Address, Link, Route } from '../../src/model/link.ts';
import type { NetworkAnswers } from '../../src/tasks/network/network-facts.ts';
import { ethernet, loopback, tap } from '../../src/testing/link-builders.ts';
import type { FakeHostOptions } from '../../src/testing.ts';
import { centos7 } from '../../src/testing/platforms.ts';

// Few names, so that tasks meet what other tasks made.
export const nics = ['eno1', 'eno2', 'eno3', 'eno4'] as const;
export const bonds = ['bond0', 'bond1'] as const;
export const bridges = ['br0', 'br1', 'brvlan-10'] as const;
export const taps = ['vnet0', 'vnet1'] as const;
export const vlanIds = [10, 11] as const;
const addressPool = [
  '10.0.1.10/24',
  '10.0.1.11/24',
  '10.0.2.10/24',
  'fd00:1::10/64',
  'fd00:2::10/64',
] as const;

export const nic = fc.constantFrom(...nics);
export const anyLink = fc.constantFrom(
  ...nics,
  ...bonds,
  ...bridges,
  ...taps,
  'eno1.10',
  'bond0.10',
  'br0.10',
  'lo',
);
export const mtu = fc.constantFrom(1000, 1400, 1500, 9000);
export const mac = fc.constantFrom('02:00:00:00:00:01', '52:54:00:ff:00:02');
export const state = fc.oneof(
  { weight: 4, arbitrary: fc.constant('present' as const) },
  { weight: 1, arbitrary: fc.constant('absent' as const) },
);
export const addressList = fc.subarray([...addressPool], { minLength: 1 });

/** Some of the fields of `fields`, and always those named in `required`. */
export function some<T extends object, K extends keyof T>(
  fields: { [P in keyof T]: fc.Arbitrary<T[P]> },
  required: readonly K[],
): fc.Arbitrary<Pick<T, K> & Partial<T>> {
  return fc.record(fields, { requiredKeys: [...required], noNullPrototype: true }) as fc.Arbitrary<
    Pick<T, K> & Partial<T>
  >;
}

/** A host as somebody left it before kvmplay came: NICs, taps, an address or two, no files. */
export interface BareHost {
  readonly nics: readonly Partial<Pick<Link, 'up' | 'mtu'>>[];
  /** The NIC with addresses. */
  readonly uplink: string;
  readonly addresses: readonly string[];
  readonly hasRoutes: boolean;
}

const details = some({ up: fc.boolean(), mtu: fc.constantFrom(1500, 9000) }, []);

export const bareHost: fc.Arbitrary<BareHost> = fc.record(
  {
    nics: fc.tuple(details, details, details, details),
    uplink: nic,
    addresses: fc.subarray([...addressPool], { maxLength: 3 }),
    hasRoutes: fc.boolean(),
  },
  { noNullPrototype: true },
);

/** The same for a fake host, with something for generic tasks to meet. */
export function optionsOf(host: BareHost): FakeHostOptions {
  const { links, addresses, routes } = answersOf(host);
  return {
    links: [...links.values()],
    addresses,
    routes,
    files: {
      '/etc/hosts': '127.0.0.1 localhost\n10.0.1.1 gw',
      '/etc/sysctl.d/60-kvmplay.conf': '# ours\nvm.swappiness = 10\n',
      '/etc/sysctl.conf': 'net.ipv4.ip_forward=1\n',
      '/etc/private': { content: 'token\n', mode: 0o600, owner: 'qemu', group: 'kvm' },
      '/etc/link': { is: 'a symbolic link to /etc/hosts' },
    },
    modules: { nf_conntrack: 'loaded', vhost_net: 'loadable', loop: 'builtin' },
    packages: { chrony: '4.3-1' },
    services: {
      chronyd: {},
      ksm: { running: false, enabled: false },
      getty: { enabled: 'fixed' },
      ctrl: { running: false, enabled: 'masked' },
    },
  };
}

/** The same as a CentOS 7 host would tell it. */
export function answersOf(host: BareHost): NetworkAnswers {
  const links = [
    loopback,
    ...nics.map((name, index) =>
      ethernet(name, { ...host.nics[index], ...(name === host.uplink && { up: true }) }),
    ),
    ...taps.map((name) => tap(name)),
  ];
  return {
    platform: centos7,
    links: new Map(links.map((link) => [link.name, link])),
    addresses: host.addresses.map((address): Address => ({ link: host.uplink, address })),
    routes: routesOf(host),
    rules: [],
    leases: [],
    'ifcfg.files': new Map(),
    'ifcfg.scripts': true,
    'ifcfg.networkManager': { runs: false, activated: [] },
    'none.files': new Map(),
  };
}

function routesOf({ uplink: link, addresses, hasRoutes }: BareHost): Route[] {
  if (!hasRoutes || !addresses.includes('10.0.1.10/24')) return [];
  return [
    { family: 4, destination: 'default', via: '10.0.1.1', link },
    { family: 4, destination: '192.168.0.0/16', via: '10.0.1.2', link, metric: 50 },
    { family: 4, destination: '172.16.0.0/12', link, scope: 'link' },
  ];
}
