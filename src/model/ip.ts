import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** Accepts an address with or without a prefix length: `10.0.0.1/24`, `fd00::/64`. Without one it means a single address. */
export function isCidr(value: string): boolean {
  const [address = '', length = '', ...rest] = value.split('/');
  if (rest.length > 0 || (value.includes('/') && !/^(0|[1-9]\d{0,2})$/.test(length))) return false;
  if (isIPv4(address)) return Number(length) <= 32;
  return isIPv6(address) && !address.includes('%') && Number(length) <= 128;
}

/** Returns the spelling of the kernel's tools, with the prefix length if there is one. */
export function canonicalIp(value: string): string {
  const [address = '', ...length] = value.split('/');
  if (!isIPv6(address) || address.includes('%')) return value;
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  return [canonical, ...length].join('/');
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** Returns an address without its prefix length. */
export function hostPart(address: string): string {
  return address.split('/', 1).join('');
}

/** Returns the address as written before `:port`: IPv6 in brackets. */
export function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

/** Returns true if `address` lies in the network of `network`, an address with prefix length. False if either is invalid. */
export function isInNetwork(address: string, network: string): boolean {
  const host = hostPart(address);
  if (isIP(host) === 0 || !isCidr(network) || familyOf(host) !== familyOf(network)) return false;
  const [base = '', length] = network.split('/');
  const family = familyOf(base) === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, Number(length ?? (family === 'ipv4' ? 32 : 128)), family);
  return list.check(host, family);
}

/** Returns the conventional broadcast address. Networks of one or two addresses have none. */
export function broadcastOf(address: string): string | undefined {
  const [host = '', length] = address.split('/');
  if (!isIPv4(host) || length === undefined || Number(length) > 30) return undefined;
  const last = bitsOf(host).slice(0, Number(length)).padEnd(32, '1');
  return [0, 8, 16, 24].map((start) => Number.parseInt(last.slice(start, start + 8), 2)).join('.');
}

/** Returns true for a network without host bits, as a route's destination must be: `10.0.0.0/8`, not `10.0.0.1/8`. */
export function isNetworkAddress(value: string): boolean {
  const [address = '', length] = value.split('/');
  return length === undefined || !bitsOf(address).slice(Number(length)).includes('1');
}

/** `255.255.255.0` -> 24 */
export function prefixLengthOf(netmask: string): number {
  return ipv4Bits(netmask).replaceAll('0', '').length;
}

function bitsOf(address: string): string {
  return familyOf(address) === 4 ? ipv4Bits(address) : ipv6Bits(address);
}

function ipv4Bits(address: string): string {
  return address
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
}

function ipv6Bits(address: string): string {
  const [head = '', tail] = canonicalIp(address).split('::');
  const groups = (text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : text.split(':');
  const missing = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
}
