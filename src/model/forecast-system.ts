import type { Change, ModuleLoad, PackageRemove, ServiceSet, SysctlSet } from './change.ts';
import type { Links } from './link.ts';

/** What a change disrupts, and for how long; Infinity: until somebody undoes it. */
export interface Verdict {
  readonly seconds: number;
  readonly reason: string;
}

/** What a setting, service or package means to who uses the network of a host. */
export function judgeSystem(change: SysctlSet | ServiceSet | PackageRemove): readonly Verdict[] {
  switch (change.kind) {
    case 'sysctl.set':
      return judgeSysctl(change);
    case 'service.set':
      return change.before.running === true && change.after.running === false && carriesNetwork(change.name)
        ? [{ seconds: Infinity, reason: `service ${change.name} stops` }]
        : [];
    case 'package.remove':
      return change.names
        .filter(carriesNetwork)
        .map((name) => ({ seconds: Infinity, reason: `package ${name} is removed` }));
  }
}

/** As it is loaded, br_netfilter turns itself on (hazard 23). */
export function judgeModule(
  { name }: ModuleLoad,
  changes: readonly Change[],
  links: Links,
): readonly Verdict[] {
  const hasBridge = [...links.values()].some(({ kind }) => kind === 'bridge');
  if (!hasBridge || !/^br[-_]netfilter$/.test(name)) return [];
  const isTurnedOff = changes.some(
    (change) =>
      change.kind === 'sysctl.set' &&
      change.key === 'net.bridge.bridge-nf-call-iptables' &&
      change.after === '0',
  );
  const reason = `module ${name} lets the firewall of the host drop frames of guests`;
  return [{ seconds: isTurnedOff ? 1 : Infinity, reason }];
}

function judgeSysctl({ key, after }: SysctlSet): readonly Verdict[] {
  const verdict = (reason: string): readonly Verdict[] => [{ seconds: Infinity, reason }];
  if (/^net\.(ipv4\.ip_forward|ipv[46]\.conf\..+\.forwarding)$/.test(key) && after === '0')
    return verdict(`the host no longer forwards packets (${key})`);
  if (/^net\.bridge\.bridge-nf-call-(ip|ip6|arp)tables$/.test(key) && after !== '0')
    return verdict(`the firewall of the host may drop frames of guests (${key})`);
  if (/^net\.ipv4\.conf\..+\.rp_filter$/.test(key) && after === '1')
    return verdict(`packets that come in on another link than their answer goes out are dropped (${key})`);
  if (/^net\.ipv6\.conf\..+\.disable_ipv6$/.test(key) && after !== '0')
    return verdict(`the kernel takes away IPv6 addresses (${key})`);
  return [];
}

const carriers = new Set(
  'ssh sshd openssh-server network networking ifupdown ifupdown2 initscripts NetworkManager network-manager systemd-networkd netplan.io wicked wickedd openvswitch openvswitch-switch'.split(
    ' ',
  ),
);

function carriesNetwork(name: string): boolean {
  return carriers.has(name.replace(/\.service$/, ''));
}
