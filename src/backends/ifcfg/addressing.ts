import { PlanError } from '../../errors.ts';
import type { Route } from '../../model/link.ts';
import type { Addressing, LinkIdentity } from '../backend.ts';
import type { BootAddressing, Place, Said } from '../boot-model.ts';
import { plainAddressing } from '../wanted-links.ts';
import { familyOf, isInNetwork, prefixLengthOf } from '../../model/ip.ts';
import { canonicalAddress, canonicalPrefix, classLength } from './prefix.ts';
import type { IfcfgFile, Setting } from './ifcfg-file.ts';
import { firstLine, keysOf, peekValue, placeOf, saidValue, valueOf } from './ifcfg-file.ts';
import { isPort } from './place-in-layout.ts';
import { editRoutes, isGateway, readRoutes, sameRoutes } from './route-files.ts';
import type { IfcfgTree } from './ifcfg-tree.ts';
import { globalPath } from './ifcfg-tree.ts';
import { UnreadableError } from './unreadable.ts';

/** Reads the addressing that initscripts would give the link of `file`. A port gets none, whatever its file says. */
export function readAddressing(tree: IfcfgTree, file: IfcfgFile, name: string): BootAddressing {
  if (isPort(file)) return { addresses: [], dns: [], search: [], routes: [] };
  const dhcp = isDynamic(file);
  const ipv4 = dhcp ? [] : readSlots(file).map(({ address, at }) => ({ value: address, at }));
  const routes = routesOf(tree, file, name);
  return {
    addresses: [...ipv4, ...readAliases(tree, file, name), ...readIpv6(file)],
    gateway: readGateway(tree, file, ipv4[0]?.value) ?? gatewayOf(routes.ipv4),
    gateway6: saidValue(file, 'IPV6_DEFAULTGW') ?? gatewayOf(routes.ipv6),
    dns: readDns(file),
    search: readSearch(file),
    routes: [...routes.ipv4, ...routes.ipv6].filter((route) => !isGateway(route.value)),
    dhcp: dhcp ? { value: true, at: placeOf(file, 'BOOTPROTO') } : undefined,
  };
}

/** Returns true if the boot gives the link of the file what is wanted. */
export function meansAddressing(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: LinkIdentity; wanted: Addressing },
): boolean {
  const present = plainAddressing(readAddressing(tree, file, link.name));
  const { search = [] } = present;
  const same: readonly boolean[] = [
    sameAddresses(present.addresses, wanted.addresses),
    present.gateway === wanted.gateway,
    withoutZone(present.gateway6) === withoutZone(wanted.gateway6),
    sameList(present.dns, wanted.dns),
    sameList(search, wanted.search ?? search),
    sameRoutes(
      present.routes,
      wanted.routes.filter((route) => !isGateway(route)),
    ),
    (present.dhcp ?? false) === (wanted.dhcp ?? false),
  ];
  return !same.includes(false);
}

/** Returns the addresses and gateways of a file that the boot ignores. */
export function passedOver(tree: IfcfgTree, file: IfcfgFile, name: string): readonly Said<string>[] {
  const addressing = readAddressing(tree, file, name);
  const keys = keysOf(file).filter((key) => /^(IPADDR\d*|GATEWAY)$/.test(key));
  return keys.flatMap((key) => {
    const said = saidValue(file, key);
    const counts = [...addressing.addresses, addressing.gateway].some(
      (one) => said !== undefined && samePlace(one?.at, said.at),
    );
    return said === undefined || counts ? [] : [{ value: `${key}=${said.value}`, at: said.at }];
  });
}

function samePlace(one: Place | undefined, other: Place): boolean {
  return one?.path === other.path && one.line === other.line;
}

function gatewayOf(routes: readonly Said<Route>[]): Said<string> | undefined {
  const found = routes.find(({ value }) => isGateway(value));
  return found?.value.via === undefined ? undefined : { value: found.value.via, at: found.at };
}

function sameAddresses(some: readonly string[], others: readonly string[]): boolean {
  return ([4, 6] as const).every((family) => {
    const ofFamily = (addresses: readonly string[]): readonly string[] =>
      addresses.filter((address) => familyOf(address) === family).map(canonicalAddress);
    return sameList(ofFamily(some), ofFamily(others));
  });
}

/** Returns true if no address, route or other setting is in it. */
export function isEmpty({
  addresses,
  gateway,
  gateway6,
  dns,
  search = [],
  routes,
  dhcp = false,
}: Addressing): boolean {
  const lists = [addresses, dns, search, routes];
  return lists.every((list) => list.length === 0) && gateway === undefined && gateway6 === undefined && !dhcp;
}

/** Returns the address settings. BOOTPROTO is not among them, since it depends on other properties of the link too. */
export function addressingSettings(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: LinkIdentity; wanted: Addressing },
): readonly Setting[] {
  if (meansAddressing(tree, file, { link, wanted })) return [];
  refuseUnsayable(link.name, wanted);
  return [
    ...ipv4Settings(tree, file, link.name, wanted),
    ...gatewaySettings(tree, file, { link, wanted }),
    ...dnsSettings(file, wanted),
    ...ipv6Settings(file, wanted),
    ...gateway6Settings(tree, file, { link, wanted }),
  ];
}

/** Writes `wanted.routes` to the route files, and deletes alias files whose addresses are now in the ifcfg file. */
export function editCompanions(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: LinkIdentity; wanted: Addressing },
): void {
  if (meansAddressing(tree, file, { link, wanted })) return;
  for (const path of foldedAliases(tree, file, link.name, wanted)) tree.delete(path);
  const present = routesOf(tree, file, link.name);
  for (const family of [4, 6] as const) {
    const ipv4 = family === 4;
    const gateway = ipv4 ? wanted.gateway : withoutZone(wanted.gateway6);
    const defaults = (ipv4 ? present.ipv4 : present.ipv6)
      .map(({ value }) => value)
      .filter((route) => isGateway(route) && route.via === gateway);
    const routes = wanted.routes.filter((route) => route.family === family && !isGateway(route));
    editRoutes(tree, tree.companionPaths(ipv4 ? 'route' : 'route6', link.name, file), {
      link: link.name,
      family,
      wanted: [...defaults, ...routes],
    });
  }
}

function routesOf(tree: IfcfgTree, file: IfcfgFile, link: string) {
  return {
    ipv4: readRoutes(tree, tree.companionPaths('route', link, file), { link, family: 4 }),
    ipv6: readRoutes(tree, tree.companionPaths('route6', link, file), { link, family: 6 }),
  };
}

function refuseUnsayable(name: string, { addresses, gateway, dns, dhcp = false }: Addressing): void {
  const primary = addresses.find((address) => familyOf(address) === 4);
  if (gateway !== undefined && !dhcp && (primary === undefined || !isInNetwork(gateway, primary))) {
    throw new PlanError(
      `gateway ${gateway} of ${name} is outside the network of its first address, ${primary ?? 'none'}: ` +
        'initscripts would not set it',
    );
  }
  if (dns.length > 3)
    throw new PlanError(`${name} has ${String(dns.length)} DNS servers: initscripts set at most 3`);
}

/** IPADDR, IPADDR0, IPADDR1, ... with the keys that belong to each. */
interface Slot {
  readonly suffix: string;
  readonly address: string;
  readonly at: Place;
}

const slotKey = /^(IPADDR|PREFIX|NETMASK|BROADCAST)(\d*)$/;

/** Reads in the order of EL7's expand_config: the first three may have gaps between them, later ones may not. */
function readSlots(file: IfcfgFile): readonly Slot[] {
  const slots: Slot[] = [];
  for (let index = -1; index <= 255; index++) {
    const suffix = index === -1 ? '' : String(index);
    const address = presentValue(file, `IPADDR${suffix}`);
    if (address === undefined && index >= 2) break;
    if (address !== undefined)
      slots.push({
        suffix,
        address: `${address}/${readLength(file, suffix, address)}`,
        at: placeOf(file, `IPADDR${suffix}`),
      });
  }
  return slots;
}

function readLength(file: IfcfgFile, suffix: string, address: string): string {
  const length = presentValue(file, `PREFIX${suffix}`);
  if (length !== undefined) return length;
  const netmask = presentValue(file, `NETMASK${suffix}`);
  return String(netmask === undefined ? classLength(address) : prefixLengthOf(netmask));
}

function ipv4Settings(
  tree: IfcfgTree,
  file: IfcfgFile,
  name: string,
  wanted: Addressing,
): readonly Setting[] {
  const addresses = wanted.addresses.filter((address) => familyOf(address) === 4).map(canonicalAddress);
  const slots = readSlots(file);
  const inAliases =
    foldedAliases(tree, file, name, wanted).length === 0 ? valuesOf(readAliases(tree, file, name)) : [];
  if (addresses.length > 0 && sameList([...slots.map(({ address }) => address), ...inAliases], addresses))
    return [];

  const zeroBased = slots[0]?.suffix === '0';
  const settings = addresses.flatMap((address, index) => {
    const suffix = index === 0 && !zeroBased ? '' : String(index);
    const kept = slots.some((slot) => slot.suffix === suffix && slot.address === address);
    return kept ? keepSlot(file, suffix) : writeSlot(suffix, address);
  });
  const named = new Set(settings.map(({ key }) => key));
  const stale = keysOf(file).filter((key) => (slotKey.test(key) || key === 'NETWORK') && !named.has(key));
  return [...settings, ...stale.map((key) => ({ key, value: undefined }))];
}

function writeSlot(suffix: string, address: string): readonly Setting[] {
  const [ip, length] = address.split('/');
  return [
    { key: `IPADDR${suffix}`, value: ip },
    { key: `PREFIX${suffix}`, value: length },
  ];
}

function keepSlot(file: IfcfgFile, suffix: string): readonly Setting[] {
  const keys = keysOf(file).filter((key) => slotKey.exec(key)?.[2] === suffix);
  return keys.map((key) => ({ key, value: valueOf(file, key) }));
}

/** Reads the addresses of alias files such as ifcfg-NAME:1. */
function readAliases(tree: IfcfgTree, file: IfcfgFile, name: string): readonly Said<string>[] {
  return tree.aliasPaths(name).flatMap((path) => {
    const alias = tree.parse(path);
    if (alias === undefined || ['no', 'NO'].includes(valueOf(alias, 'ONPARENT') ?? '')) return [];
    if (path.includes('-range'))
      throw new UnreadableError(
        firstLine(alias),
        `${path} gives ${name} a range of addresses: they should be IPADDR keys`,
      );
    const address = presentValue(alias, 'IPADDR');
    if (address === undefined) return [];
    const own = presentValue(alias, 'PREFIX') ?? presentValue(alias, 'NETMASK');
    const length = own === undefined ? readLength(file, '', address) : readLength(alias, '', address);
    return [{ value: `${address}/${length}`, at: placeOf(alias, 'IPADDR') }];
  });
}

/** Returns the alias files to delete: all, unless they and the ifcfg file together already hold the wanted addresses. */
function foldedAliases(
  tree: IfcfgTree,
  file: IfcfgFile,
  name: string,
  wanted: Addressing,
): readonly string[] {
  const addresses = wanted.addresses.filter((address) => familyOf(address) === 4).map(canonicalAddress);
  const present = [
    ...readSlots(file).map(({ address }) => address),
    ...valuesOf(readAliases(tree, file, name)),
  ];
  // The gateway must lie in the network of an address of the ifcfg file itself.
  const isSo = wanted.gateway === undefined || readSlots(file).length > 0;
  return isSo && sameList(present, addresses) ? [] : tree.aliasPaths(name);
}

function readGateway(
  tree: IfcfgTree,
  file: IfcfgFile,
  primary: string | undefined,
): Said<string> | undefined {
  const global = tree.parse(globalPath);
  const device = presentValue(file, 'GATEWAYDEV') ?? (global && presentValue(global, 'GATEWAYDEV'));
  if (valueOf(file, 'DEFROUTE') === 'no') return undefined;
  if (device !== undefined && device !== peekValue(file, 'DEVICE')) return undefined;
  const own = saidValue(file, 'GATEWAY');
  if (isDynamic(file)) return own;
  const gateway = own ?? (global && saidValue(global, 'GATEWAY'));
  if (gateway === undefined) return undefined;
  const network = presentValue(file, 'NETWORK');
  if (primary === undefined || !isInNetwork(gateway.value, primary)) return undefined;
  return network === undefined || isInNetwork(network, primary) ? gateway : undefined;
}

function gatewaySettings(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: LinkIdentity; wanted: Addressing },
): readonly Setting[] {
  if (wanted.gateway === undefined) return [{ key: 'GATEWAY', value: undefined }];
  if (readAddressing(tree, file, link.name).gateway?.value === wanted.gateway) return [];
  return [
    { key: 'GATEWAY', value: wanted.gateway },
    ...(valueOf(file, 'DEFROUTE') === 'no' ? [{ key: 'DEFROUTE', value: 'yes' }] : []),
    { key: 'GATEWAYDEV', value: undefined },
    { key: 'NETWORK', value: undefined },
  ];
}

function readDns(file: IfcfgFile): readonly Said<string>[] {
  if (ignoresDns(file)) return [];
  const servers = ['DNS3', 'DNS2', 'DNS1'].flatMap((key) => saidValue(file, key) ?? []);
  // The first of two equal ones counts.
  return [...new Map(servers.map((said) => [said.value, said])).values()].reverse();
}

function readSearch(file: IfcfgFile): readonly Said<string>[] {
  return ignoresDns(file) ? [] : saidWords(file, 'DOMAIN');
}

function saidWords(file: IfcfgFile, key: string): readonly Said<string>[] {
  const { value, at } = saidValue(file, key) ?? { value: '', at: firstLine(file) };
  const words = value.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => ({ value: word, at }));
}

function ignoresDns(file: IfcfgFile): boolean {
  return (
    isFalse(valueOf(file, 'PEERDNS')) && !/^(t|y|yes|on|true|1)$/i.test(valueOf(file, 'RESOLV_MODS') ?? '')
  );
}

function dnsSettings(file: IfcfgFile, { dns, search }: Addressing): readonly Setting[] {
  const stale = keysOf(file).filter((key) => /^DNS\d+$/.test(key) && Number(key.slice(3)) > dns.length);
  const servers = dns.map((value, index) => ({ key: `DNS${String(index + 1)}`, value }));
  return [
    ...(dns.length > 0 && sameList(valuesOf(readDns(file)), dns)
      ? []
      : [...servers, ...stale.map((key) => ({ key, value: undefined }))]),
    ...(search === undefined || sameList(valuesOf(readSearch(file)), search)
      ? []
      : [{ key: 'DOMAIN', value: search.length === 0 ? undefined : search.join(' ') }]),
    ...(dns.length > 0 && ignoresDns(file) ? [{ key: 'PEERDNS', value: 'yes' }] : []),
  ];
}

function readIpv6(file: IfcfgFile): readonly Said<string>[] {
  if (isFalse(valueOf(file, 'IPV6INIT'))) return [];
  const addresses = [...saidWords(file, 'IPV6ADDR'), ...saidWords(file, 'IPV6ADDR_SECONDARIES')];
  // Without a prefix length initscripts take 64.
  return addresses.map(({ value, at }) => ({
    value: canonicalAddress(value.includes('/') ? value : `${value}/64`),
    at,
  }));
}

function ipv6Settings(file: IfcfgFile, wanted: Addressing): readonly Setting[] {
  const [primary, ...secondary] = wanted.addresses
    .filter((address) => familyOf(address) === 6)
    .map(canonicalAddress);
  if (primary !== undefined && sameList(valuesOf(readIpv6(file)), [primary, ...secondary])) return [];
  return [
    ...(primary !== undefined && isFalse(valueOf(file, 'IPV6INIT'))
      ? [{ key: 'IPV6INIT', value: 'yes' }]
      : []),
    { key: 'IPV6ADDR', value: primary },
    { key: 'IPV6ADDR_SECONDARIES', value: secondary.length === 0 ? undefined : secondary.join(' ') },
  ];
}

function gateway6Settings(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: LinkIdentity; wanted: Addressing },
): readonly Setting[] {
  if (wanted.gateway6 === undefined) return [{ key: 'IPV6_DEFAULTGW', value: undefined }];
  if (withoutZone(readAddressing(tree, file, link.name).gateway6?.value) === withoutZone(wanted.gateway6))
    return [];
  const gateway = withoutZone(wanted.gateway6) ?? '';
  // EL7 refuses a link-local gateway without its device.
  return [{ key: 'IPV6_DEFAULTGW', value: /^fe80:/i.test(gateway) ? `${gateway}%${link.name}` : gateway }];
}

function withoutZone(address: string | undefined): string | undefined {
  return address === undefined ? undefined : canonicalPrefix(address.replace(/%.*/, ''));
}

/** Returns true if initscripts start a DHCP client for the link. */
export function isDynamic(file: IfcfgFile): boolean {
  return ['dhcp', 'bootp'].includes(valueOf(file, 'BOOTPROTO') ?? '');
}

function isFalse(value: string | undefined): boolean {
  return /^(f|n|no|off|false|0)$/i.test(value ?? '');
}

function presentValue(file: IfcfgFile, key: string): string | undefined {
  const value = valueOf(file, key);
  return value === '' ? undefined : value;
}

function valuesOf(said: readonly Said<string>[]): readonly string[] {
  return said.map(({ value }) => value);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
