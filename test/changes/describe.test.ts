import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../src/model/change.ts';
import { describeChange } from '../../src/changes/index.ts';
import type { Link } from '../../src/model/link.ts';

const link: Link = {
  name: 'bond6',
  kind: 'bond',
  up: true,
  mtu: 1500,
  mac: '52:54:00:00:00:01',
  macPinned: false,
};
const port = {
  port: 'eno4',
  controller: 'bond6',
  controllerKind: 'bond',
  alone: { up: true, mtu: 1500 },
} as const;
const address = { link: 'eno3', address: '10.128.1.10/24' };

const cases: [string, Change, string][] = [
  [
    'a new bond with its mode before its other options',
    {
      kind: 'link.create',
      link: { ...link, options: { miimon: '100', mode: 'balance-alb', ad_select: 'stable' } },
    },
    '+ bond bond6 mode balance-alb ad_select stable miimon 100',
  ],
  [
    'a new VLAN with its place, and its MTU when it is not the usual one',
    {
      kind: 'link.create',
      link: { ...link, kind: 'vlan', name: 'br6.10', vlan: { parent: 'br6', id: 10 }, mtu: 9000 },
    },
    '+ vlan br6.10 parent br6 id 10 mtu 9000',
  ],
  [
    'a new bridge that is down, with a pinned MAC and a controller',
    {
      kind: 'link.create',
      link: { ...link, kind: 'bridge', name: 'br6', macPinned: true, up: false, controller: 'x' },
    },
    '+ bridge br6 mac 52:54:00:00:00:01 port of x down',
  ],
  [
    'a link that goes without its options',
    { kind: 'link.delete', link: { ...link, options: { mode: 'broadcast' } } },
    '- bond bond6',
  ],
  [
    'a link of a kind kvmplay does not know',
    { kind: 'link.delete', link: { ...link, kind: 'other', name: 'wg0' } },
    '- link wg0',
  ],
  [
    'every setting that alters, and only those',
    {
      kind: 'link.update',
      name: 'bond6',
      linkKind: 'bond',
      before: { up: false, mtu: 1500, mac: 'a', options: { mode: 'balance-rr', miimon: '0', primary: '' } },
      after: { up: true, mtu: 9000, mac: 'a', options: { mode: 'broadcast', miimon: '0', primary: 'eno4' } },
    },
    '~ bond6 down → up, mtu 1500 → 9000, mode balance-rr → broadcast, primary none → eno4',
  ],
  [
    'a setting that is set to what it is',
    { kind: 'link.update', name: 'bond6', linkKind: 'bond', before: { mac: 'a' }, after: { mac: 'a' } },
    '~ bond6 keeps mac a',
  ],
  ['a port that joins', { kind: 'port.add', ...port }, '+ eno4 port of bond6'],
  ['a port that leaves', { kind: 'port.remove', ...port }, '- eno4 port of bond6'],
  ['an address that comes', { kind: 'address.add', address }, '+ address 10.128.1.10/24 on eno3'],
  [
    'an address that goes, with what is unusual about it',
    { kind: 'address.delete', address: { ...address, broadcast: '10.128.1.255', scope: 'link' } },
    '- address 10.128.1.10/24 on eno3 broadcast 10.128.1.255 scope link',
  ],
  [
    'a default route',
    {
      kind: 'route.add',
      route: { family: 4, destination: 'default', via: '10.128.1.1', link: 'breno3', metric: 100 },
    },
    '+ route default via 10.128.1.1 on breno3 metric 100',
  ],
  [
    'a default route of IPv6',
    {
      kind: 'route.delete',
      route: { family: 6, destination: 'default', via: 'fe80::1', link: 'eno3', onlink: true },
    },
    '- route default (IPv6) via fe80::1 on eno3 onlink',
  ],
  [
    'a route that leads nowhere',
    {
      kind: 'route.add',
      route: { family: 4, destination: '10.0.0.0/8', type: 'blackhole', table: '5', source: '10.1.1.1' },
    },
    '+ route blackhole 10.0.0.0/8 source 10.1.1.1 table 5',
  ],
  [
    'a kernel module with its parameters',
    { kind: 'module.load', name: 'bonding', parameters: { max_bonds: '0', debug: '' } },
    '+ module bonding debug=none max_bonds=0',
  ],
  [
    'a new file with its mode and without its content',
    { kind: 'file.write', path: '/etc/x', mode: 0o600, after: 'secret\n' },
    '+ file /etc/x mode 0600',
  ],
  [
    'a file that alters',
    { kind: 'file.write', path: '/etc/x', mode: 0o644, before: 'a', after: 'b' },
    '~ file /etc/x',
  ],
  ['a file that goes', { kind: 'file.delete', path: '/etc/x', mode: 0o644, before: 'a' }, '- file /etc/x'],
];

describe('describeChange', () => {
  it.each(cases)('tells %s', (_, change, line) => {
    expect(describeChange(change)).toBe(line);
  });
});
