import { describe, expect, it } from '@jest/globals';
import { type Change, inverseOf, kindOf } from '../../src/changes/index.ts';
import { type Command, formatCommand } from '../../src/model/command.ts';
import type { Link } from '../../src/model/link.ts';

const bond: Link = {
  name: 'bond6',
  kind: 'bond',
  up: false,
  mtu: 1500,
  mac: '52:54:00:01:00:04',
  macPinned: true,
  options: { mode: 'balance-alb', miimon: '100', updelay: '0' },
};
const vlan: Link = {
  name: 'br6.10',
  kind: 'vlan',
  up: true,
  mtu: 1500,
  mac: '52:54:00:01:00:04',
  macPinned: false,
  vlan: { parent: 'br6', id: 10 },
};
const bridge: Link = {
  name: 'br6',
  kind: 'bridge',
  up: true,
  mtu: 1500,
  mac: '52:54:00:01:00:04',
  macPinned: true,
  options: { forward_delay: '0', stp_state: '0' },
};
const alone = { up: false, mtu: 1500 };

const cases: readonly (readonly [title: string, change: Change, commands: readonly string[]])[] = [
  [
    'creates a bond with its mode before its other options',
    { kind: 'link.create', link: bond },
    [
      'ip link add name bond6 address 52:54:00:01:00:04 type bond',
      'echo balance-alb > /sys/class/net/bond6/bonding/mode',
      'echo 100 > /sys/class/net/bond6/bonding/miimon',
      'ip link set dev bond6 mtu 1500',
    ],
  ],
  [
    'creates a bridge without telling it the MTU that it would find by itself',
    { kind: 'link.create', link: bridge },
    [
      'ip link add name br6 address 52:54:00:01:00:04 type bridge',
      'echo 0 > /sys/class/net/br6/bridge/stp_state',
      'echo 0 > /sys/class/net/br6/bridge/forward_delay',
      'ip link set dev br6 up',
    ],
  ],
  [
    'leaves a MAC to the kernel that the kernel had made up',
    { kind: 'link.update', name: 'bond6', linkKind: 'bond', before: { mac: bond.mac }, after: { mac: '' } },
    [],
  ],
  [
    'creates a VLAN with the MAC of its parent',
    { kind: 'link.create', link: vlan },
    ['ip link add link br6 name br6.10 type vlan id 10', 'ip link set dev br6.10 mtu 1500 up'],
  ],
  [
    'takes a port down before it joins a bond',
    { kind: 'port.add', port: 'eno4', controller: 'bond6', controllerKind: 'bond', alone },
    ['ip link set dev eno4 down', 'ip link set dev eno4 master bond6', 'ip link set dev eno4 up'],
  ],
  [
    'leaves a port up while it joins a bridge',
    { kind: 'port.add', port: 'eno4', controller: 'br6', controllerKind: 'bridge', alone },
    ['ip link set dev eno4 master br6', 'ip link set dev eno4 up'],
  ],
  [
    'gives a port of a bond its own MTU back',
    {
      kind: 'port.remove',
      port: 'eno4',
      controller: 'bond6',
      controllerKind: 'bond',
      alone: { up: true, mtu: 9000 },
    },
    ['ip link set dev eno4 nomaster', 'ip link set dev eno4 mtu 9000 up'],
  ],
  [
    'turns off the monitor that goes before the one that comes',
    {
      kind: 'link.update',
      name: 'bond6',
      linkKind: 'bond',
      before: { options: { miimon: '100', arp_interval: '0', arp_ip_target: '10.0.0.1,10.0.0.2' } },
      after: { options: { arp_interval: '1000', miimon: '0', arp_ip_target: '10.0.0.2,10.0.0.3' } },
    },
    [
      'echo 0 > /sys/class/net/bond6/bonding/miimon',
      'echo 1000 > /sys/class/net/bond6/bonding/arp_interval',
      'echo +10.0.0.3 > /sys/class/net/bond6/bonding/arp_ip_target',
      'echo -10.0.0.1 > /sys/class/net/bond6/bonding/arp_ip_target',
    ],
  ],
  [
    'brings a link down before and up after its other settings',
    {
      kind: 'link.update',
      name: 'eno4',
      linkKind: 'ethernet',
      before: { up: false, mtu: 1500, mac: '52:54:00:01:00:04' },
      after: { up: true, mtu: 9000, mac: '52:54:00:01:00:14' },
    },
    [
      'ip link set dev eno4 address 52:54:00:01:00:14',
      'ip link set dev eno4 mtu 9000',
      'ip link set dev eno4 up',
    ],
  ],
  [
    'gives a port of a bridge what it was told before it left',
    {
      kind: 'port.add',
      port: 'eno4',
      controller: 'br0',
      controllerKind: 'bridge',
      alone: { up: true, mtu: 1500 },
      settings: {
        options: { isolated: 'on', priority: '3' },
        vlans: ['10 pvid untagged', '20-22'],
        entries: ['02:00:00:00:00:77 static vlan 10'],
      },
    },
    [
      'ip link set dev eno4 master br0',
      'ip link set dev eno4 up',
      'ip link set dev eno4 type bridge_slave isolated on priority 3',
      'bridge vlan delete dev eno4 vid 1',
      'bridge vlan add dev eno4 vid 10 pvid untagged',
      'bridge vlan add dev eno4 vid 20-22',
      'bridge fdb replace 02:00:00:00:00:77 dev eno4 master static vlan 10',
    ],
  ],
  [
    'makes a bridge with the VLANs that are its own',
    {
      kind: 'link.create',
      link: {
        name: 'br0',
        kind: 'bridge',
        up: false,
        mtu: 1500,
        mac: '',
        macPinned: false,
        options: { vlan_filtering: '1', default_pvid: '7' },
        vlans: ['1 pvid untagged', '10'],
      },
    },
    [
      'ip link add name br0 type bridge',
      'echo 7 > /sys/class/net/br0/bridge/default_pvid',
      'echo 1 > /sys/class/net/br0/bridge/vlan_filtering',
      'bridge vlan add dev br0 vid 1 pvid untagged self',
      'bridge vlan add dev br0 vid 10 self',
    ],
  ],
  [
    'makes a VLAN with its protocol, flags and maps',
    {
      kind: 'link.create',
      link: {
        name: 's.10',
        kind: 'vlan',
        up: true,
        mtu: 1500,
        mac: '',
        macPinned: false,
        vlan: {
          parent: 'eno4',
          id: 10,
          protocol: '802.1ad',
          attributes: ['reorder_hdr', 'off', 'ingress-qos-map', '1:2', '3:4'],
        },
      },
    },
    [
      'ip link add link eno4 name s.10 type vlan protocol 802.1ad id 10 reorder_hdr off ingress-qos-map 1:2 3:4',
      'ip link set dev s.10 mtu 1500 up',
    ],
  ],
  [
    'adds an IPv6 address that works at once',
    { kind: 'address.add', address: { link: 'br6', address: 'fd00::1/64' } },
    ['ip address add fd00::1/64 dev br6 nodad', 'ip address change fd00::1/64 dev br6'],
  ],
  [
    'adds an address with all that it is',
    {
      kind: 'address.add',
      address: {
        link: 'br6',
        address: '10.8.0.1/32',
        peer: '10.8.0.2/32',
        scope: 'link',
        label: 'br6:0',
        attributes: ['metric', '50', 'preferred_lft', '0'],
      },
    },
    ['ip address add 10.8.0.1 peer 10.8.0.2/32 scope link label br6:0 dev br6 metric 50 preferred_lft 0'],
  ],
  [
    'deletes a point-to-point address by both of its ends',
    { kind: 'address.delete', address: { link: 'br6', address: '10.8.0.1/32', peer: '10.8.0.2/32' } },
    ['ip address delete 10.8.0.1 peer 10.8.0.2/32 dev br6'],
  ],
  [
    'adds a route with all that tells it from others',
    {
      kind: 'route.add',
      route: {
        family: 4,
        destination: 'default',
        via: '10.128.1.1',
        link: 'br6',
        metric: 100,
        table: '7',
        source: '10.128.1.10',
      },
    },
    ['ip -4 route add default via 10.128.1.1 dev br6 src 10.128.1.10 metric 100 table 7'],
  ],
  [
    'loads a module with its parameters',
    { kind: 'module.load', name: 'bonding', parameters: { max_bonds: '0' } },
    ['modprobe bonding max_bonds=0'],
  ],
  [
    'lets systemd read units before it starts one',
    {
      kind: 'service.set',
      name: 'demo',
      manager: 'systemd',
      before: { running: false, enabled: false },
      after: { running: true, enabled: true },
    },
    ['systemctl daemon-reload', 'systemctl start demo', 'systemctl enable demo'],
  ],
];

function compile(change: Change): readonly Command[] {
  return kindOf(change).compile?.(change) ?? [];
}

describe('compile', () => {
  it.each(cases)('%s', (_, change, commands) => {
    expect(compile(change).map(formatCommand)).toEqual(commands);
  });

  it('has commands for the inverse of every change that has one', () => {
    const inverses = cases.map(([, change]) => inverseOf(change)).filter((inverse) => inverse !== undefined);

    expect(inverses).toHaveLength(cases.length - 1);
    for (const inverse of inverses) {
      expect(compile(inverse)).not.toEqual([]);
    }
  });

  it('gives the delay of a bond back to 0 when it had one', () => {
    const [first] = compile({
      kind: 'link.update',
      name: 'bond6',
      linkKind: 'bond',
      before: { options: { updelay: '200' } },
      after: { options: { updelay: '0' } },
    });

    expect(first).toEqual({ value: '0', to: '/sys/class/net/bond6/bonding/updelay' });
  });
});
