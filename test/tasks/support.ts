import type { Change } from '../../src/model/change.ts';
import { describeChange } from '../../src/changes/index.ts';
import type { Address, Route } from '../../src/model/link.ts';

/** Changes of the kernel as reports tell them; files are compared as files. */
export function kernelLines(changes: readonly Change[]): readonly string[] {
  return changes.filter(({ kind }) => !kind.startsWith('file.')).map(describeChange);
}

/** Files that change, `+` new, `~` altered, `-` gone. */
export function fileLines(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(({ kind }) => kind.startsWith('file.'))
    .map((change) =>
      describeChange(change)
        .replace(/ mode 0644$/, '')
        .replace('file /etc/sysconfig/network-scripts/', ''),
    );
}

export function ifcfg(name: string): string {
  return `/etc/sysconfig/network-scripts/ifcfg-${name}`;
}

/** L1 as it usually begins: the address is still on eno3, and SSH runs over it. */
export const eno3Addresses: readonly Address[] = [
  { link: 'eno3', address: '10.128.1.10/24', broadcast: '10.128.1.255' },
];

export const eno3Routes: readonly Route[] = [
  { family: 4, destination: 'default', via: '10.128.1.1', link: 'eno3', metric: 100, protocol: 'static' },
];

export const eno3File = `TYPE=Ethernet
# rack 7, port 12
DEVICE=eno3
UUID=0a1b2c3d-0000-4000-8000-00000000eno3
ONBOOT=yes
BOOTPROTO=none
IPADDR=10.128.1.10
PREFIX=24
GATEWAY=10.128.1.1
DNS1=192.168.0.168
IPV6_FAILURE_FATAL=no
`;
