import { describe, expect, it } from '@jest/globals';
import type { Addressing } from '../../../src/backends/backend.ts';
import { ifcfg } from '../../../src/backends/ifcfg/ifcfg.ts';
import type { LinkIdentity } from '../../../src/backends/backend.ts';
import { findBootLink, plainAddressing } from '../../../src/backends/wanted-links.ts';
import type { ConfigFiles } from '../../../src/model/config-file.ts';
import { nothing, plainHost, treeOf } from '../trees.ts';

describe('what ifcfg reads of addresses', () => {
  it.each<[string, Record<string, string>, Addressing | undefined]>([
    ['undefined of a link without a file', { 'ifcfg-eno4': 'DEVICE=eno4\nIPADDR=10.0.0.1\n' }, undefined],
    ['nothing without an address', { 'ifcfg-eno3': 'DEVICE=eno3\nONBOOT=yes\n' }, nothing],
    [
      'nothing of a port, whatever its file says',
      { 'ifcfg-eno3': 'DEVICE=eno3\nBRIDGE=br0\nIPADDR=10.0.0.1\n' },
      nothing,
    ],
    [
      'undefined of a link whose only file is ignored by initscripts',
      { 'ifcfg-eno3.bak': 'DEVICE=eno3\nIPADDR=10.0.0.1\n' },
      undefined,
    ],
    [
      'the network of the class without PREFIX and NETMASK',
      { 'ifcfg-eno3': 'DEVICE=eno3\nIPADDR=10.0.0.1\nIPADDR1=172.16.0.1\nIPADDR2=192.0.2.1\n' },
      { ...nothing, addresses: ['10.0.0.1/8', '172.16.0.1/16', '192.0.2.1/24'] },
    ],
    [
      'numbered addresses up to the first gap after IPADDR2',
      {
        'ifcfg-eno3': ['', '0', '2', '3', '5']
          .map((n) => `IPADDR${n}=10.0.0.${n || '9'}\nPREFIX${n}=24\n`)
          .join(''),
      },
      { ...nothing, addresses: ['10.0.0.9/24', '10.0.0.0/24', '10.0.0.2/24', '10.0.0.3/24'] },
    ],
    [
      'PREFIX before NETMASK, and the last of two assignments',
      { 'ifcfg-eno3': 'DEVICE=eno3\nIPADDR=10.0.0.1\nIPADDR="10.0.0.2"\nNETMASK=255.255.0.0\nPREFIX=28\n' },
      { ...nothing, addresses: ['10.0.0.2/28'] },
    ],
    [
      'no address beside DHCP',
      { 'ifcfg-eno3': 'DEVICE=eno3\nBOOTPROTO=dhcp\nIPADDR=10.0.0.1\n' },
      { ...nothing, dhcp: true },
    ],
    [
      'the gateway of the whole host, where it fits',
      {
        'ifcfg-eno3': 'DEVICE=eno3\nIPADDR=10.0.0.2\nPREFIX=24\n',
        '/etc/sysconfig/network': 'GATEWAY=10.0.0.1\n',
      },
      { ...nothing, addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' },
    ],
    [
      'no gateway that ifup would pass over',
      { 'ifcfg-eno3': 'DEVICE=eno3\nIPADDR=10.0.0.2\nPREFIX=24\nGATEWAY=10.0.1.1\n' },
      { ...nothing, addresses: ['10.0.0.2/24'] },
    ],
    [
      'a default route of the route file as the gateway',
      {
        'ifcfg-eno3': 'DEVICE=eno3\nIPADDR=10.0.0.2\nPREFIX=24\n',
        'route-eno3':
          'default via 10.0.0.1\n10.9.0.0/16 via 10.0.0.3 dev eno3 src 10.0.0.2 metric 7 table 9 onlink\n',
        'route6-eno3': 'default via FE80::1 dev eno3\n',
      },
      {
        addresses: ['10.0.0.2/24'],
        gateway: '10.0.0.1',
        gateway6: 'fe80::1',
        dns: [],
        routes: [
          {
            ...{
              family: 4,
              destination: '10.9.0.0/16',
              via: '10.0.0.3',
              link: 'eno3',
              source: '10.0.0.2',
              metric: 7,
            },
            ...{ table: '9', onlink: true },
          },
        ],
      },
    ],
    [
      'routes of variables',
      {
        'ifcfg-eno3': 'DEVICE=eno3\n',
        'route-eno3':
          'ADDRESS0=10.1.0.0\nNETMASK0=255.255.0.0\nGATEWAY0=10.0.0.3\nADDRESS1=10.2.0.0\nNETMASK1=255.255.255.255\n',
      },
      {
        ...nothing,
        routes: [
          { family: 4, destination: '10.1.0.0/16', via: '10.0.0.3', link: 'eno3' },
          { family: 4, destination: '10.2.0.0', link: 'eno3' },
        ],
      },
    ],
    [
      'IPv6 addresses, of 64 bits unless they say otherwise',
      {
        'ifcfg-eno3':
          'DEVICE=eno3\nIPV6ADDR=2001:DB8:0::1\nIPV6ADDR_SECONDARIES="2001:db8::2/128  2001:db8::3"\n',
      },
      { ...nothing, addresses: ['2001:db8::1/64', '2001:db8::2/128', '2001:db8::3/64'] },
    ],
    [
      'no DNS server that PEERDNS=no keeps out of resolv.conf',
      { 'ifcfg-eno3': 'DEVICE=eno3\nBOOTPROTO=dhcp\nPEERDNS=no\nDNS1=10.0.0.1\nDOMAIN=example.com\n' },
      { ...nothing, dhcp: true },
    ],
    [
      'DNS servers and search domains',
      { 'ifcfg-eno3': 'DEVICE=eno3\nDNS3=10.0.0.3\nDNS1=10.0.0.1\nDOMAIN="example.com  lan"\n' },
      { ...nothing, dns: ['10.0.0.1', '10.0.0.3'], search: ['example.com', 'lan'] },
    ],
    [
      'the addresses of aliases that come up with the link',
      {
        'ifcfg-eno3': 'DEVICE=eno3\nIPADDR=10.0.0.2\nPREFIX=24\n',
        'ifcfg-eno3:1': 'IPADDR=10.0.0.3\n',
        'ifcfg-eno3:2': 'IPADDR=10.0.0.4\nNETMASK=255.255.255.255\n',
        'ifcfg-eno3:3': 'IPADDR=10.0.0.5\nONPARENT=no\n',
      },
      { ...nothing, addresses: ['10.0.0.2/24', '10.0.0.3/24', '10.0.0.4/32'] },
    ],
  ])('reads %s', (_, files, addressing) => {
    expect(addressingOf(treeOf(files), { name: 'eno3' })).toEqual(addressing);
  });

  it('finds a file without DEVICE by the permanent MAC, not by its name', () => {
    const files = treeOf({
      'ifcfg-eno3': 'HWADDR=52:54:00:00:00:04\nIPADDR=10.0.0.4\nPREFIX=24\n',
      'ifcfg-first': 'HWADDR=52:54:00:AA:00:03\nIPADDR=10.0.0.3\nPREFIX=24\n',
    });

    const addressing = addressingOf(files, { name: 'eno3', mac: '52:54:00:aa:00:03' });

    expect(addressing?.addresses).toEqual(['10.0.0.3/24']);
  });
});

function addressingOf(files: ConfigFiles, link: LinkIdentity): Addressing | undefined {
  const found = findBootLink(ifcfg.read(files, plainHost), link);
  return found && plainAddressing(found.addressing);
}
