import { describe, expect, it } from '@jest/globals';
import type { WantedLink } from '../../../src/backends/backend.ts';
import { ifcfg } from '../../../src/backends/ifcfg/ifcfg.ts';
import { PlanError } from '../../../src/errors.ts';
import type { ConfigFiles } from '../../../src/model/config-file.ts';
import { folder, nic, nothing, plainHost, portOf, treeOf } from '../trees.ts';

describe('ifcfg', () => {
  it.each<[string, Record<string, string>, readonly WantedLink[], string]>([
    [
      'two files for one device',
      { 'ifcfg-eno3': 'DEVICE=eno3\n', 'ifcfg-uplink': 'DEVICE="eno3"\n' },
      [portOf('breno3')],
      `${folder}/ifcfg-eno3 and ${folder}/ifcfg-uplink are both for eno3 and should be one file`,
    ],
    [
      'a file name that another device holds',
      { 'ifcfg-br6': 'DEVICE=br7\n' },
      [{ state: 'present', name: 'br6', kind: 'bridge' }],
      `${folder}/ifcfg-br6 is for br7 and should be for br6`,
    ],
    [
      'a key that a command sets',
      { 'ifcfg-eno3': 'DEVICE=eno3\nONBOOT=yes\nBRIDGE=$(cat /etc/bridge)\n' },
      [portOf('breno3')],
      `${folder}/ifcfg-eno3:3: BRIDGE is set by a shell command and should be a plain BRIDGE=value`,
    ],
    [
      'a file that is a program',
      { 'ifcfg-eno3': 'DEVICE=eno3\nif true; then\n  BRIDGE=br0\nfi\n' },
      [portOf('breno3')],
      `${folder}/ifcfg-eno3:2: is a shell program and should be plain KEY=value lines`,
    ],
    [
      'a quote that nobody closes',
      { 'ifcfg-eno3': 'DEVICE=eno3\nNOTE="to be\nONBOOT=no' },
      [portOf('breno3')],
      `${folder}/ifcfg-eno3:2: is a shell program and should be plain KEY=value lines`,
    ],
    [
      'Windows line ends',
      { 'ifcfg-eno3': 'DEVICE=eno3\r\nONBOOT=yes\r\n' },
      [portOf('breno3')],
      `${folder}/ifcfg-eno3:1: ends like a Windows line, which makes the carriage return part of the value`,
    ],
    [
      'a gateway that another file sets',
      { 'ifcfg-eno4': 'DEVICE=eno4\nIPADDR=192.0.2.4\nPREFIX=24\nGATEWAY=192.0.2.1\n' },
      [nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' } })],
      `${folder}/ifcfg-eno4 sets the default gateway 192.0.2.1, and eno3 should have the only one, 10.0.0.1`,
    ],
    [
      'an IPv6 gateway that another file sets',
      { 'ifcfg-eno4': 'DEVICE=eno4\nIPV6_DEFAULTGW=2001:db8::1\n' },
      [
        nic('eno3', {
          addressing: { ...nothing, addresses: ['2001:db8:1::2/64'], gateway6: '2001:db8:1::1' },
        }),
      ],
      `${folder}/ifcfg-eno4 sets the default gateway 2001:db8::1, and eno3 should have the only one, 2001:db8:1::1`,
    ],
    [
      'a gateway that the whole host has otherwise',
      { '/etc/sysconfig/network': 'GATEWAY=192.0.2.1\n' },
      [nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' } })],
      '/etc/sysconfig/network sets GATEWAY=192.0.2.1, and the gateway of eno3 should be 10.0.0.1',
    ],
    [
      'a gateway for every link, where a link should have none',
      { '/etc/sysconfig/network': 'GATEWAY=10.0.0.1\n' },
      [nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'] } })],
      '/etc/sysconfig/network sets GATEWAY=10.0.0.1, and the gateway of eno3 should be none',
    ],
    [
      'a gateway kept for another link',
      { '/etc/sysconfig/network': 'GATEWAYDEV=eno4\n' },
      [nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' } })],
      '/etc/sysconfig/network sets GATEWAYDEV=eno4, which keeps eno3 from having gateway 10.0.0.1',
    ],
    [
      'a gateway that ifup would pass over',
      {},
      [
        nic('eno3', {
          addressing: { ...nothing, addresses: ['10.0.0.2/24', '10.0.1.2/24'], gateway: '10.0.1.1' },
        }),
      ],
      'gateway 10.0.1.1 of eno3 is outside the network of its first address, 10.0.0.2/24: initscripts would not set it',
    ],
    [
      'a fourth DNS server',
      {},
      [nic('eno3', { addressing: { ...nothing, dns: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'] } })],
      'eno3 has 4 DNS servers: initscripts set at most 3',
    ],
    [
      'addresses on a port',
      { 'ifcfg-eno3': 'DEVICE=eno3\nBRIDGE=br0\n' },
      [nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'] } })],
      `eno3 is a port of br0 in ${folder}/ifcfg-eno3: initscripts give a port no addresses`,
    ],
    [
      'an address that would wake up',
      { 'ifcfg-eno3': 'DEVICE=eno3\nONBOOT=no\nBOOTPROTO=none\nIPADDR=10.0.0.2\n' },
      [nic('eno3', { mtu: 9000 })],
      `${folder}/ifcfg-eno3 has ONBOOT=no and an address: the addresses of eno3 should be declared`,
    ],
    [
      'a range of aliases',
      { 'ifcfg-eno3': 'DEVICE=eno3\n', 'ifcfg-eno3-range0': 'IPADDR_START=10.0.0.2\nIPADDR_END=10.0.0.9\n' },
      [nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'] } })],
      `${folder}/ifcfg-eno3-range0 gives eno3 a range of addresses: they should be IPADDR keys`,
    ],
    [
      'a route that kvmplay cannot move',
      {
        'ifcfg-eno3': 'DEVICE=eno3\n',
        'route-eno3': '# two ways\n10.0.0.0/8 nexthop via 10.1.0.1 nexthop via 10.1.0.2\n',
      },
      [portOf('breno3', { addressing: nothing })],
      `${folder}/route-eno3:2: kvmplay does not understand the route 10.0.0.0/8 nexthop via 10.1.0.1 nexthop via 10.1.0.2`,
    ],
    [
      'VLANs of the ports of a bridge',
      {},
      [{ state: 'present', name: 'br0', kind: 'bridge', options: { vlan_filtering: '1' } }],
      'ifcfg files cannot hold the VLANs of the ports of br0: vlan_filtering must stay 0',
    ],
    [
      'a bridge option that is a path',
      {},
      [{ state: 'present', name: 'br0', kind: 'bridge', options: { '../mtu': '1' } }],
      'ifcfg files cannot hold the bridge option ../mtu of br0',
    ],
    [
      'a bridge option whose value is a command',
      {},
      [{ state: 'present', name: 'br0', kind: 'bridge', options: { hash_max: '$(reboot)' } }],
      'ifcfg files cannot hold hash_max="$(reboot)" of br0',
    ],
    [
      'a bond option that only a running bond has',
      {},
      [
        {
          state: 'present',
          name: 'bond0',
          kind: 'bond',
          options: { mode: 'active-backup', active_slave: 'eno4' },
        },
      ],
      'ifcfg files cannot hold the bond option active_slave of bond0',
    ],
    [
      'a bond value of two words',
      {},
      [
        {
          state: 'present',
          name: 'bond0',
          kind: 'bond',
          options: { mode: 'active-backup', primary: 'eno4 slaves=eno5' },
        },
      ],
      'ifcfg files cannot hold primary="eno4 slaves=eno5" of bond0',
    ],
    [
      'a bond of unknown mode',
      {},
      [{ state: 'present', name: 'bond0', kind: 'bond' }],
      'bond bond0 has no ifcfg file: its mode should be declared, so that one can be written',
    ],
    [
      'a VLAN of unknown id',
      {},
      [{ state: 'present', name: 'storage', kind: 'vlan' }],
      'VLAN storage has no ifcfg file: its parent and id should be declared, so that one can be written',
    ],
    [
      'a VLAN that would be started before its bond',
      { 'ifcfg-bond6': 'DEVICE=bond6\nTYPE=Bond\n' },
      [{ state: 'present', name: 'backup', kind: 'vlan', vlan: { parent: 'bond6', id: 7 } }],
      'backup might be started at boot before its parent bond6: it should be named bond6.7',
    ],
    [
      'a name that initscripts take for a backup',
      {},
      [{ state: 'present', name: 'eno5.old', kind: 'vlan', vlan: { parent: 'eno5', id: 7 } }],
      `${folder}/ifcfg-eno5.old would not be started by initscripts: eno5.old needs another name`,
    ],
    [
      'a name that belongs to another script',
      {},
      [{ state: 'present', name: 'ppp0', kind: 'bridge' }],
      `${folder}/ifcfg-ppp0 would not be started by initscripts: ppp0 needs another name`,
    ],
    [
      'a tap',
      {},
      [{ state: 'present', name: 'vnet0', kind: 'tap', controller: { name: 'br0', kind: 'bridge' } }],
      'ifcfg files cannot hold vnet0: it is not a NIC, bond, bridge or VLAN',
    ],
    [
      'a value of two lines',
      {},
      [nic('eno3', { addressing: { ...nothing, dns: ['10.0.0.1\nrm'] } })],
      '"10.0.0.1\\nrm" should be a value of one line',
    ],
  ])('refuses %s', (_, files, wanted, message) => {
    const edit = (): ConfigFiles => ifcfg.edit(treeOf(files), wanted, plainHost);

    expect(edit).toThrow(PlanError);
    expect(edit).toThrow(new PlanError(message));
  });
});
