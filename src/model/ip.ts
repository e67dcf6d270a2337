import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** `10.0.0.1/24`, `fd00::/64`; without a length: one address. */
export function isCidr(value: string): boolean {
  const [address = '', length = '', ...rest] = value.split('/');
  if (rest.length > 0 || (value.includes('/') && !/^(0|[1-9]\d{0,2})$/.test(length))) return false;
  if (isIPv4(address)) return Number(length) <= 32;
  return isIPv6(address) && !address.includes('%') && Number(length) <= 128;
}

/** In the spelling of the kernel's tools, with the prefix length if there is one. */
export function canonicalIp(value: string): string {
  const [address = '', ...length] = value.split('/');
  if (!isIPv6(address) || address.includes('%')) return value;
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  return [canonical, ...length].join('/');
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** Without its prefix length. */
export function hostPart(address: string): string {
  return address.replace(/\/.*$/, '');
}

/** Whether `address` lies in the network that `network`, an address with prefix length, is in. */
export function isInNetwork(address: string, network: string): boolean {
  const [base = '', length] = network.split('/');
  if (familyOf(address) !== familyOf(base)) return false;
  const family = familyOf(base) === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, Number(length ?? (family === 'ipv4' ? 32 : 128)), family);
  return list.check(hostPart(address), family);
}

/** As every tool that configures networks sets it; networks of one or two addresses have none. */
export function broadcastOf(address: string): string | undefined {
  const [host = '', length] = address.split('/');
  if (!isIPv4(host) || length === undefined || Number(length) > 30) return undefined;
  const number = host.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(length));
  const last = Math.floor(number / size) * size + size - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
}

/** Whether it is the network itself, as a route's destination must be: `10.0.0.0/8`, not `10.0.0.1/8`. */
export function isNetworkAddress(value: string): boolean {
  const [address = '', length] = value.split('/');
  if (length === undefined) return true;
  const bits = bitsOf(address);
  return !bits.slice(Number(length)).includes('1');
}

function bitsOf(address: string): string {
  if (isIPv4(address))
    return address
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = canonicalIp(address).split('::');
  const groups = (text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : text.split(':');
  const missing = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
}
