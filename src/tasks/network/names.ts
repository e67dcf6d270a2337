const longest = 15;
const reserved = new Set(['bonding_masters', 'all', 'default', 'lo']);
const libvirtPrefixes = ['vnet', 'virbr', 'macvtap'];

/**
 * Returns the end of a sentence about an invalid name for a new link; undefined for a valid one. The kernel accepts more, but sysctl paths split on dots,
 * and sysfs and libvirt have names of their own (hazard 40).
 */
export function problemOfNewName(name: string, kind: 'bond' | 'bridge' | 'VLAN'): string | undefined {
  const pattern =
    kind === 'VLAN' ? /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)?$/ : /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
  if (!pattern.test(name)) {
    const dot = kind === 'VLAN' ? ' and one dot' : '';
    return `name is "${name}", the name of a ${kind} should consist of letters, digits, - and _${dot}`;
  }
  if (reserved.has(name)) return `name is "${name}", which the kernel reserves for itself`;
  const prefix = libvirtPrefixes.find((start) => name.startsWith(start));
  return prefix === undefined
    ? undefined
    : `name is "${name}", and names that begin with ${prefix} belong to libvirt`;
}

/** Returns the end of a sentence about a name that is too long, with a shorter proposal; undefined if the length is fine. */
export function problemOfLength(name: string, shorter: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  if (bytes <= longest) return undefined;
  return `name is "${name}" of ${bytes} bytes, it should have at most ${longest}, such as "${shorter}"`;
}

/** Returns the default name of a VLAN: parent and id. */
export function defaultVlanName(parent: string, id: number): string {
  return `${parent}.${id}`;
}

export function shorterVlanName(parent: string, id: number): string {
  return `${parent.slice(0, longest - 1 - String(id).length)}.${id}`;
}

export function shorterName(name: string): string {
  return name.slice(0, longest);
}

/** Recognizes links of guests and containers. Only their owner removes them from a bridge. */
export function isGuestName(name: string): boolean {
  return /^(vnet|tap|macvtap|veth)/.test(name);
}
