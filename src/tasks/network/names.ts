const longest = 15;
const reserved = new Set(['bonding_masters', 'all', 'default', 'lo']);
const libvirtPrefixes = ['vnet', 'virbr', 'macvtap'];

/**
 * What speaks against `name` for a link that we create, as the end of a sentence, or undefined. The kernel takes more, but
 * sysctl paths split on dots, sysfs and libvirt have names of their own (hazard 40).
 */
export function problemOfNewName(name: string, kind: 'bond' | 'bridge' | 'VLAN'): string | undefined {
  const pattern =
    kind === 'VLAN' ? /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)?$/ : /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
  if (!pattern.test(name)) {
    const dot = kind === 'VLAN' ? ' and one dot' : '';
    return `name is "${name}", that of a ${kind} should be of letters, digits, - and _${dot}`;
  }
  if (reserved.has(name)) return `name is "${name}", which the kernel keeps for itself`;
  const prefix = libvirtPrefixes.find((start) => name.startsWith(start));
  return prefix === undefined ? undefined : `name is "${name}", and names in ${prefix} are libvirt's`;
}

/** What is wrong with a name that is too long, with one that would do; undefined when it is not. */
export function problemOfLength(name: string, shorter: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  if (bytes <= longest) return undefined;
  return `name is "${name}" of ${bytes} bytes, it should have at most ${longest}, such as "${shorter}"`;
}

/** The name of a VLAN that nobody named, and what to propose when it is too long. */
export function defaultVlanName(parent: string, id: number): string {
  return `${parent}.${id}`;
}

export function shorterVlanName(parent: string, id: number): string {
  return `${parent.slice(0, longest - 1 - String(id).length)}.${id}`;
}

export function shorterName(name: string): string {
  return name.slice(0, longest);
}

/** Links of guests and containers: nobody but their owner takes them out of a bridge. */
export function isGuestName(name: string): boolean {
  return /^(vnet|tap|macvtap|veth)/.test(name);
}
