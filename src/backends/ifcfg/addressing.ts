import { PlanError } from '../../errors.ts';
import type { Addressing, LinkIdentity } from '../backend.ts';
import { familyOf, isInNetwork, prefixLengthOf } from '../../model/ip.ts';
import { canonicalAddress, canonicalPrefix, classLength } from './prefix.ts';
import type { IfcfgFile, Setting } from './ifcfg-file.ts';
import { keysOf, peekValue, valueOf } from './ifcfg-file.ts';
import { editRoutes, isGateway, readRoutes } from './route-files.ts';
import type { IfcfgTree } from './ifcfg-tree.ts';
import { globalPath } from './ifcfg-tree.ts';

/** Reads the addressing that initscripts would give the link of `file`. A port gets none, whatever its file says. */
export function readAddressing(tree: IfcfgTree, file: IfcfgFile, link: LinkIdentity): Addressing {
  if (isPort(file)) return { addresses: [], dns: [], routes: [] };
  const dhcp = isDynamic(file);
  const ipv4 = dhcp ? [] : readSlots(file).map((slot) => slot.address);
  const ipv6 = readIpv6(file);
  const routes = routesOf(tree, file, link.name);
  const gateway = readGateway(tree, file, ipv4[0]) ?? routes.ipv4.find(isGateway)?.via;
  const gateway6 = presentValue(file, 'IPV6_DEFAULTGW') ?? routes.ipv6.find(isGateway)?.via;
  const search = readSearch(file);
  return {
    addresses: [...ipv4, ...readAliases(tree, file, link.name), ...ipv6],
    ...(gateway === undefined ? {} : { gateway }),
    ...(gateway6 === undefined ? {} : { gateway6 }),
    dns: readDns(file),
    ...(search.length === 0 ? {} : { search }),
    routes: [...routes.ipv4, ...routes.ipv6].filter((route) => !isGateway(route)),
    ...(dhcp ? { dhcp } : {}),
  };
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

/** Returns true if initscripts make the link of the file a port. A port gets no addresses. */
export function isPort(file: IfcfgFile): boolean {
  const isBondPort = peekValue(file, 'SLAVE') === 'yes' && (peekValue(file, 'MASTER') ?? '') !== '';
  return isBondPort || (peekValue(file, 'BRIDGE') ?? '') !== '';
}

/** Returns the address settings. BOOTPROTO is not among them, since it depends on other properties of the link too. */
export function addressingSettings(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: LinkIdentity; wanted: Addressing },
): readonly Setting[] {
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
  for (const path of foldedAliases(tree, file, link.name, wanted)) tree.delete(path);
  const present = routesOf(tree, file, link.name);
  for (const family of [4, 6] as const) {
    const ipv4 = family === 4;
    const gateway = ipv4 ? wanted.gateway : withoutZone(wanted.gateway6);
    const defaults = (ipv4 ? present.ipv4 : present.ipv6).filter(
      (route) => isGateway(route) && route.via === gateway,
    );
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
      slots.push({ suffix, address: `${address}/${readLength(file, suffix, address)}` });
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
  const inAliases = foldedAliases(tree, file, name, wanted).length === 0 ? readAliases(tree, file, name) : [];
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
function readAliases(tree: IfcfgTree, file: IfcfgFile, name: string): readonly string[] {
  return tree.aliasPaths(name).flatMap((path) => {
    const alias = tree.parse(path);
    if (alias === undefined || ['no', 'NO'].includes(valueOf(alias, 'ONPARENT') ?? '')) return [];
    if (path.includes('-range'))
      throw new PlanError(`${path} gives ${name} a range of addresses: they should be IPADDR keys`);
    const address = presentValue(alias, 'IPADDR');
    if (address === undefined) return [];
    const own = presentValue(alias, 'PREFIX') ?? presentValue(alias, 'NETMASK');
    const length = own === undefined ? readLength(file, '', address) : readLength(alias, '', address);
    return [`${address}/${length}`];
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
  const present = [...readSlots(file).map(({ address }) => address), ...readAliases(tree, file, name)];
  return sameList(present, addresses) ? [] : tree.aliasPaths(name);
}

function readGateway(tree: IfcfgTree, file: IfcfgFile, primary: string | undefined): string | undefined {
  const global = tree.parse(globalPath);
  const device = presentValue(file, 'GATEWAYDEV') ?? (global && presentValue(global, 'GATEWAYDEV'));
  if (valueOf(file, 'DEFROUTE') === 'no') return undefined;
  if (device !== undefined && device !== peekValue(file, 'DEVICE')) return undefined;
  const own = presentValue(file, 'GATEWAY');
  if (isDynamic(file)) return own;
  const gateway = own ?? (global && presentValue(global, 'GATEWAY'));
  if (gateway === undefined) return undefined;
  const network = presentValue(file, 'NETWORK');
  if (primary === undefined || !isInNetwork(gateway, primary)) return undefined;
  return network === undefined || isInNetwork(network, primary) ? gateway : undefined;
}

function gatewaySettings(
  tree: IfcfgTree,
  file: IfcfgFile,
  { link, wanted }: { link: LinkIdentity; wanted: Addressing },
): readonly Setting[] {
  if (wanted.gateway === undefined) return [{ key: 'GATEWAY', value: undefined }];
  if (readAddressing(tree, file, link).gateway === wanted.gateway) return [];
  return [
    { key: 'GATEWAY', value: wanted.gateway },
    ...(valueOf(file, 'DEFROUTE') === 'no' ? [{ key: 'DEFROUTE', value: 'yes' }] : []),
    { key: 'GATEWAYDEV', value: undefined },
    { key: 'NETWORK', value: undefined },
  ];
}

function readDns(file: IfcfgFile): readonly string[] {
  if (ignoresDns(file)) return [];
  const servers = ['DNS1', 'DNS2', 'DNS3'].flatMap((key) => presentValue(file, key) ?? []);
  return [...new Set(servers)];
}

function readSearch(file: IfcfgFile): readonly string[] {
  if (ignoresDns(file)) return [];
  return (presentValue(file, 'DOMAIN') ?? '').split(/\s+/).filter((domain) => domain !== '');
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
    ...(dns.length > 0 && sameList(readDns(file), dns)
      ? []
      : [...servers, ...stale.map((key) => ({ key, value: undefined }))]),
    ...(search === undefined || sameList(readSearch(file), search)
      ? []
      : [{ key: 'DOMAIN', value: search.length === 0 ? undefined : search.join(' ') }]),
    ...(dns.length > 0 && ignoresDns(file) ? [{ key: 'PEERDNS', value: 'yes' }] : []),
  ];
}

function readIpv6(file: IfcfgFile): readonly string[] {
  if (isFalse(valueOf(file, 'IPV6INIT'))) return [];
  const secondary = (presentValue(file, 'IPV6ADDR_SECONDARIES') ?? '')
    .split(/\s+/)
    .filter((address) => address !== '');
  // Without a prefix length initscripts take 64.
  return [...(presentValue(file, 'IPV6ADDR')?.split(/\s+/) ?? []), ...secondary].map((address) =>
    canonicalAddress(address.includes('/') ? address : `${address}/64`),
  );
}

function ipv6Settings(file: IfcfgFile, wanted: Addressing): readonly Setting[] {
  const [primary, ...secondary] = wanted.addresses
    .filter((address) => familyOf(address) === 6)
    .map(canonicalAddress);
  if (primary !== undefined && sameList(readIpv6(file), [primary, ...secondary])) return [];
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
  if (withoutZone(readAddressing(tree, file, link).gateway6) === withoutZone(wanted.gateway6)) return [];
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

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
