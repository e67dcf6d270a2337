import { canonicalIp, familyOf, prefixLengthOf } from '../../model/ip.ts';

/** Spells an address or prefix so that two of them compare: `10.1.2.3`, `10.0.0.0/8`, `default`, `fe80::1`. */
export function canonicalPrefix(text: string): string {
  const [address = '', length] = text.split('/');
  if (address === 'default') return address;
  const isIpv6 = familyOf(address) === 6;
  const canonical = isIpv6 ? canonicalIpv6(address) : padIpv4(address);
  if (length === undefined) return canonical;
  const bits = length.includes('.') ? prefixLengthOf(length) : Number(length);
  if (bits === 0) return 'default';
  return bits === (isIpv6 ? 128 : 32) ? canonical : `${canonical}/${String(bits)}`;
}

/** Spells the address of a link with its prefix length: `2001:DB8:0::1/64` becomes `2001:db8::1/64`. */
export function canonicalAddress(text: string): string {
  const [address = '', length] = text.split('/');
  const isIpv6 = familyOf(address) === 6;
  const canonical = isIpv6 ? canonicalIpv6(address) : address;
  return `${canonical}/${length ?? (isIpv6 ? '128' : '32')}`;
}

/** Returns the prefix length of an address's class. EL7's ipcalc takes it without PREFIX and NETMASK. */
export function classLength(address: string): number {
  const first = Number(address.split('.')[0]);
  if (first < 128) return 8;
  return first < 192 ? 16 : 24;
}

function padIpv4(address: string): string {
  const parts = address.split('.');
  return [...parts, ...['0', '0', '0']].slice(0, Math.max(4, parts.length)).join('.');
}

/** `%eth0` of a link-local address stays. */
function canonicalIpv6(address: string): string {
  const [bare = '', ...zone] = address.split('%');
  return [canonicalIp(bare), ...zone].join('%');
}
