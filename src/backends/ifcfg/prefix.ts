/** The spelling of an address or prefix under which two of them can be compared: `10.1.2.3`, `10.0.0.0/8`, `default`, `fe80::1`. */
export function canonicalPrefix(text: string): string {
  const [address = '', length] = text.split('/');
  if (address === 'default') return address;
  const canonical = address.includes(':') ? canonicalIpv6(address) : padIpv4(address);
  if (length === undefined) return canonical;
  const bits = length.includes('.') ? prefixLength(length) : Number(length);
  if (bits === 0) return 'default';
  return bits === (address.includes(':') ? 128 : 32) ? canonical : `${canonical}/${String(bits)}`;
}

/** An address of a link, whose prefix length always matters: `2001:DB8:0::1/64` becomes `2001:db8::1/64`. */
export function canonicalAddress(text: string): string {
  const [address = '', length] = text.split('/');
  const isIpv6 = address.includes(':');
  const canonical = isIpv6 ? canonicalIpv6(address) : address;
  return `${canonical}/${length ?? (isIpv6 ? '128' : '32')}`;
}

export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** `255.255.255.0` -> 24 */
export function prefixLength(netmask: string): number {
  const bits = netmask
    .split('.')
    .map((part) => Number(part).toString(2))
    .join('');
  return bits.replaceAll('0', '').length;
}

/** The prefix length of an address's class, which EL7's ipcalc takes when neither PREFIX nor NETMASK is given. */
export function classLength(address: string): number {
  const first = Number(address.split('.')[0]);
  if (first < 128) return 8;
  return first < 192 ? 16 : 24;
}

/** Whether an IPv4 address lies in the network of `prefix`, such as `10.128.1.10/24`. */
export function isInNetwork(address: string, prefix: string): boolean {
  const [base = '', length = '32'] = prefix.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(toNumber(address) / size) === Math.floor(toNumber(base) / size);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function padIpv4(address: string): string {
  const parts = address.split('.');
  return [...parts, ...['0', '0', '0']].slice(0, Math.max(4, parts.length)).join('.');
}

function canonicalIpv6(address: string): string {
  const [bare = '', zone] = address.split('%');
  const url = `http://[${bare}]/`;
  const canonical = URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : bare.toLowerCase();
  return zone === undefined ? canonical : `${canonical}%${zone}`;
}
