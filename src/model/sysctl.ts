/**
 * Returns the path of a kernel setting: `net.ipv4.ip_forward` is `/proc/sys/net/ipv4/ip_forward`. As with sysctl(8), a dot inside a name, such as that of a
 * VLAN, is written as a slash: `net.ipv4.conf.eno3/10.rp_filter`.
 */
export function sysctlPath(key: string): string {
  return `/proc/sys/${swapped(key)}`;
}

/** A line of a file for sysctl(8). */
export interface SysctlLine {
  /** In the form with dots first, as `sysctlPath` takes it. */
  readonly key: string;
  readonly value: string;
}

/** Parses a line of a sysctl file. Undefined for a comment or an invalid line. */
export function parseSysctlLine(line: string): SysctlLine | undefined {
  const [, key, value = ''] = /^\s*(?:-\s*)?([^=#;\s]+)\s*=(.*)$/s.exec(line) ?? [];
  if (key === undefined) return undefined;
  const separator = /[./]/.exec(key)?.[0];
  return { key: separator === '/' ? swapped(key) : key, value: sysctlValue(value) };
}

function swapped(key: string): string {
  return key.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'));
}

/** Normalizes a value for comparison: the kernel separates several values by tabs. */
export function sysctlValue(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** Settings of the module br_netfilter with the values it sets on loading (hazard 23; Linux, net/bridge/br_netfilter_hooks.c). */
const bridgeSettings: ReadonlyMap<string, string> = new Map([
  ['net.bridge.bridge-nf-call-iptables', '1'],
  ['net.bridge.bridge-nf-call-ip6tables', '1'],
  ['net.bridge.bridge-nf-call-arptables', '1'],
  ['net.bridge.bridge-nf-filter-pppoe-tagged', '0'],
  ['net.bridge.bridge-nf-filter-vlan-tagged', '0'],
  ['net.bridge.bridge-nf-pass-vlan-input-dev', '0'],
]);

/** Returns the module that brings a setting, if known. */
export function moduleBehindSysctl(key: string): string | undefined {
  if (key.startsWith('net.bridge.')) return 'br_netfilter';
  return key.startsWith('net.netfilter.') || key === 'net.nf_conntrack_max' ? 'nf_conntrack' : undefined;
}

/** Returns the value of a setting after a module is loaded. Undefined if the module does not bring it. */
export function sysctlBroughtBy(module: string, key: string): string | undefined {
  return isBridgeFilter(module) ? bridgeSettings.get(key) : undefined;
}

/** Returns the keys of all settings that a module is known to bring. */
export function sysctlsBroughtBy(module: string): readonly string[] {
  return isBridgeFilter(module) ? [...bridgeSettings.keys()] : [];
}

function isBridgeFilter(module: string): boolean {
  return module === 'br_netfilter' || module === 'br-netfilter';
}
