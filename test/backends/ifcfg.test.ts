import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Addressing, BackendHost, PresentLink, WantedLink } from '../../src/backends/backend.ts';
import { backends } from '../../src/backends/index.ts';
import { ifcfg } from '../../src/backends/ifcfg.ts';
import { PlanError } from '../../src/errors.ts';
import type { ConfigFile, ConfigFiles } from '../../src/model/config-file.ts';
import type { Route } from '../../src/model/link.ts';

const folder = '/etc/sysconfig/network-scripts';
const casesFolder = join(import.meta.dirname, 'ifcfg');
const plainHost: BackendHost = { networkManagerRuns: false };
const nothing: Addressing = { addresses: [], dns: [], routes: [] };

interface Case {
  readonly name: string;
  readonly wanted: readonly WantedLink[];
  readonly host: BackendHost;
  readonly before: ConfigFiles;
  readonly after: ConfigFiles;
}

const cases = readdirSync(casesFolder).map(readCase);

describe('ifcfg', () => {
  it.each(cases)('writes the tree of $name', ({ before, wanted, host, after }) => {
    const edited = ifcfg.edit(before, wanted, host);

    expect(textsOf(edited)).toEqual(textsOf(after));
  });

  it.each(cases)('returns the files of $name themselves when nothing differs', ({ after, wanted, host }) => {
    expect(ifcfg.edit(after, wanted, host)).toBe(after);
  });

  it.each(cases)('leaves the files that $name is given as they are', ({ before, wanted, host }) => {
    const texts = textsOf(before);

    const edited = ifcfg.edit(before, wanted, host);

    expect(textsOf(before)).toEqual(texts);
    for (const [path, file] of edited) {
      if (file.content === before.get(path)?.content) expect(file).toBe(before.get(path));
    }
  });

  it('keeps the mode of a file and gives a new one 0644', () => {
    const path = `${folder}/ifcfg-eno3`;
    const files = new Map([[path, { content: 'DEVICE=eno3\n', mode: 0o600 }]]);

    const edited = ifcfg.edit(
      files,
      [portOf('breno3'), { state: 'present', name: 'breno3', kind: 'bridge' }],
      plainHost,
    );

    expect(edited.get(path)?.mode).toBe(0o600);
    expect(edited.get(`${folder}/ifcfg-breno3`)?.mode).toBe(0o644);
  });

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
      `${folder}/ifcfg-eno3 has ONBOOT=no and an address: which addresses eno3 has should be declared`,
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
      'ifcfg files cannot say the VLANs of the ports of br0: vlan_filtering must stay 0',
    ],
    [
      'a bridge option that is a path',
      {},
      [{ state: 'present', name: 'br0', kind: 'bridge', options: { '../mtu': '1' } }],
      'ifcfg files cannot say the bridge option ../mtu of br0',
    ],
    [
      'a bridge option whose value is a command',
      {},
      [{ state: 'present', name: 'br0', kind: 'bridge', options: { hash_max: '$(reboot)' } }],
      'ifcfg files cannot say hash_max="$(reboot)" of br0',
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
      'ifcfg files cannot say the bond option active_slave of bond0',
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
      'ifcfg files cannot say primary="eno4 slaves=eno5" of bond0',
    ],
    [
      'a bond of unknown mode',
      {},
      [{ state: 'present', name: 'bond0', kind: 'bond' }],
      'bond bond0 has no ifcfg file: its mode should be declared to get one',
    ],
    [
      'a VLAN of unknown id',
      {},
      [{ state: 'present', name: 'storage', kind: 'vlan' }],
      'VLAN storage has no ifcfg file: its parent and id should be declared to get one',
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
      'ifcfg files cannot remember vnet0: it is not a NIC, bond, bridge or VLAN',
    ],
    [
      'a value of two lines',
      {},
      [nic('eno3', { addressing: { ...nothing, dns: ['10.0.0.1\nrm'] } })],
      '"10.0.0.1\\nrm" is not a value of one line',
    ],
  ])('refuses %s', (_, files, wanted, message) => {
    const edit = (): ConfigFiles => ifcfg.edit(treeOf(files), wanted, plainHost);

    expect(edit).toThrow(PlanError);
    expect(edit).toThrow(new PlanError(message));
  });

  it('reads no gateway off a file that is not started at boot, nor off a port', () => {
    const files = treeOf({
      'ifcfg-eno4': 'DEVICE=eno4\nONBOOT=no\nGATEWAY=192.0.2.1\n',
      'ifcfg-eno5': 'DEVICE=eno5\nBRIDGE=br0\nGATEWAY=192.0.2.1\n',
      'ifcfg-eno6.rpmsave': 'DEVICE=eno6\nGATEWAY=192.0.2.1\n',
    });
    const wanted = [
      nic('eno3', { addressing: { ...nothing, addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' } }),
    ];

    const edited = ifcfg.edit(files, wanted, plainHost);

    expect(edited.get(`${folder}/ifcfg-eno3`)?.content).toContain('GATEWAY=10.0.0.1\n');
  });

  it('deletes its bonding options with the last bond, but not those of somebody else', () => {
    const path = '/etc/modprobe.d/kvmplay-bonding.conf';
    const bonds = { 'ifcfg-bond0': 'DEVICE=bond0\nTYPE=Bond\n', 'ifcfg-bond1': 'DEVICE=bond1\nTYPE=Bond\n' };
    const forget = (name: string): WantedLink => ({ state: 'absent', name, kind: 'bond' });
    const ours = treeOf({ ...bonds, [path]: 'options bonding max_bonds=0\n' });
    const theirs = treeOf({ ...bonds, [path]: '# since 2017\noptions bonding max_bonds=0\n' });

    const one = ifcfg.edit(ours, [forget('bond0')], plainHost);
    const none = ifcfg.edit(one, [forget('bond1')], plainHost);
    const kept = ifcfg.edit(theirs, [forget('bond0'), forget('bond1')], plainHost);

    expect([one.has(path), none.has(path), kept.has(path)]).toEqual([true, false, true]);
  });
});

describe('ifcfg addressingOf', () => {
  it.each<[string, Record<string, string>, Addressing | undefined]>([
    ['nothing without a file', { 'ifcfg-eno4': 'DEVICE=eno4\nIPADDR=10.0.0.1\n' }, undefined],
    ['nothing without an address', { 'ifcfg-eno3': 'DEVICE=eno3\nONBOOT=yes\n' }, undefined],
    [
      'nothing of a port, whatever its file says',
      { 'ifcfg-eno3': 'DEVICE=eno3\nBRIDGE=br0\nIPADDR=10.0.0.1\n' },
      undefined,
    ],
    [
      'nothing of a file that initscripts ignore',
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
    expect(ifcfg.addressingOf(treeOf(files), { name: 'eno3' })).toEqual(addressing);
  });

  it('finds a file without DEVICE by the permanent MAC, not by its name', () => {
    const files = treeOf({
      'ifcfg-eno3': 'HWADDR=52:54:00:00:00:04\nIPADDR=10.0.0.4\nPREFIX=24\n',
      'ifcfg-first': 'HWADDR=52:54:00:AA:00:03\nIPADDR=10.0.0.3\nPREFIX=24\n',
    });

    const addressing = ifcfg.addressingOf(files, { name: 'eno3', mac: '52:54:00:aa:00:03' });

    expect(addressing?.addresses).toEqual(['10.0.0.3/24']);
  });
});

describe('ifcfg edit of any layout', () => {
  it('changes nothing the second time, and keeps every foreign line', () => {
    fc.assert(
      fc.property(
        anyTree,
        fc.array(anyLink, { maxLength: 4 }),
        fc.boolean(),
        (files, wanted, networkManagerRuns) => {
          const once = attempt(files, wanted, { networkManagerRuns });
          if (once === undefined) return;

          expect(ifcfg.edit(once, wanted, { networkManagerRuns })).toBe(once);
          for (const [path, { content }] of once) {
            const foreign = (text: string): string[] =>
              text.split('\n').filter((line) => /^ *#|FOREIGN|^\. /.test(line));
            expect(foreign(content)).toEqual(foreign(files.get(path)?.content ?? ''));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('makes addressingOf say what was wanted', () => {
    fc.assert(
      fc.property(anyTree, anyAddressing, (files, addressing) => {
        const once = attempt(files, [nic('eno3', { controller: null, addressing })], plainHost);
        if (once === undefined) return;

        const said = ifcfg.addressingOf(once, { name: 'eno3' }) ?? nothing;
        expect({ ...said, routes: sortRoutes(said.routes) }).toEqual({
          ...addressing,
          routes: sortRoutes(addressing.routes),
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('every backend', () => {
  it.each([...backends.values()])('$id leaves files alone when nothing is wanted', (backend) => {
    const files = treeOf({ 'ifcfg-eno3': 'DEVICE=eno3\nTYPE=bridge' });

    expect(backend.edit(files, [], plainHost)).toBe(files);
  });

  it.each([...backends])('%s is found by its id', (id, backend) => {
    expect(backend.id).toBe(id);
  });
});

// --- any layout -------------------------------------------------------------------------------------------------------

const names = ['eno3', 'eno4', 'br6', 'bond6', 'br6.10'];

const anyLine = fc.oneof(
  fc.constantFrom(
    '# a comment',
    'FOREIGN="1  2" # DEVICE=x',
    "FOREIGN='a\nb FOREIGN'",
    ' # BRIDGE=br0',
    '. /etc/FOREIGN',
    '',
  ),
  fc.constantFrom(
    'ONBOOT=no',
    "ONBOOT='yes'",
    'ONBOOT=YES',
    'TYPE=bridge',
    'TYPE="Bond"',
    'SLAVE=YES',
    ' SLAVE=yes # x',
  ),
  fc.constantFrom(
    'BRIDGE=br6',
    'MASTER=bond6',
    'BOOTPROTO=dhcp',
    'BOOTPROTO=static',
    'DEFROUTE=no',
    'PEERDNS=no',
  ),
  fc.constantFrom(
    'IPADDR=10.0.0.2',
    'IPADDR0=10.0.0.2',
    'NETMASK0=255.255.255.0',
    'PREFIX=24',
    'IPADDR2="10.0.0.9"',
  ),
  fc.constantFrom(
    'GATEWAY=10.0.0.1',
    'DNS1=10.0.0.1',
    'DNS4=10.0.0.4',
    'NETWORK=10.0.9.0',
    'IPV6INIT=no',
    'IPV6ADDR=fd00::2/64',
  ),
  fc.constantFrom(
    'BONDING_OPTS="mode=6 miimon=100"',
    'STP=off',
    'DELAY=0',
    'VLAN=YES',
    'NM_CONTROLLED=yes',
    'HWADDR=52:54:00:00:00:03',
  ),
);

const anyFile = fc
  .tuple(fc.array(anyLine, { maxLength: 9 }), fc.constantFrom('', '\n'))
  .map(([lines, end]) => lines.join('\n') + end);

const anyRoutes = fc
  .array(
    fc.constantFrom(
      '10.8.0.0/16 via 10.0.0.3',
      '# a comment',
      'default via 10.0.0.1',
      '10.9.0.0/16 dev eno3',
      '',
    ),
  )
  .map((lines) => lines.join('\n'));

const anyTree: fc.Arbitrary<ConfigFiles> = fc
  .record(
    Object.fromEntries([
      ...names.map((name) => [`ifcfg-${name}`, anyFile.map((text) => `DEVICE=${name}\n${text}`)] as const),
      ['route-eno3', anyRoutes] as const,
      ['route-br6', anyRoutes] as const,
      ['rule-eno3', fc.constant('from 10.0.0.2 table 100\n')] as const,
    ]),
    { requiredKeys: [] },
  )
  .map((files) => treeOf(files as Record<string, string>));

const anyAddressing: fc.Arbitrary<Addressing> = fc
  .record({
    addresses: fc.uniqueArray(fc.constantFrom('10.0.0.2/24', '10.0.0.9/24', '10.7.0.1/16'), { maxLength: 3 }),
    ipv6: fc.uniqueArray(fc.constantFrom('fd00::2/64', 'fd00::3/128'), { maxLength: 2 }),
    gateway: fc.boolean(),
    dns: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.5', '10.0.0.6'), { maxLength: 3 }),
    routes: fc.uniqueArray(fc.constantFrom('10.8.0.0/16', '10.6.0.0/16'), { maxLength: 2 }),
  })
  .map(({ addresses, ipv6, gateway, dns, routes }) => ({
    addresses: [...addresses, ...ipv6],
    ...(gateway && addresses[0]?.startsWith('10.0.0') === true ? { gateway: '10.0.0.1' } : {}),
    dns,
    routes: routes.map((destination) => ({ family: 4 as const, destination, via: '10.0.0.3', link: 'eno3' })),
  }));

const anyLink: fc.Arbitrary<WantedLink> = fc.oneof(
  fc.constantFrom<WantedLink>(
    { state: 'absent', name: 'br6', kind: 'bridge' },
    { state: 'absent', name: 'bond6', kind: 'bond' },
    { state: 'absent', name: 'eno4', kind: 'ethernet' },
    { state: 'present', name: 'bond6', kind: 'bond', options: { mode: 'balance-alb', miimon: '100' } },
    {
      state: 'present',
      name: 'br6',
      kind: 'bridge',
      options: { stp_state: '0', forward_delay: '0' },
      mac: null,
    },
    { state: 'present', name: 'br6.10', kind: 'vlan', vlan: { parent: 'br6', id: 10 } },
    nic('eno4', { controller: { name: 'bond6', kind: 'bond' }, mtu: 9000 }),
    nic('eno3', { controller: { name: 'br6', kind: 'bridge' }, addressing: nothing }),
    nic('eno4', { controller: null }),
  ),
  anyAddressing.map((addressing): WantedLink => ({
    state: 'present',
    name: 'br6',
    kind: 'bridge',
    addressing,
  })),
);

function sortRoutes(routes: readonly Route[]): readonly Route[] {
  return [...routes].sort((a, b) => (a.destination < b.destination ? -1 : 1));
}

/** The files as edited, or undefined where that is refused, as one may. */
function attempt(
  files: ConfigFiles,
  wanted: readonly WantedLink[],
  host: BackendHost,
): ConfigFiles | undefined {
  const names = wanted.map(({ name }) => name);
  const absent = wanted.flatMap(({ state, name }) => (state === 'absent' ? [name] : []));
  const isAbsent = (link: WantedLink): boolean =>
    link.state === 'present' && absent.includes(link.controller?.name ?? '');
  if (new Set(names).size < names.length || wanted.some(isAbsent)) return undefined;
  try {
    return ifcfg.edit(files, wanted, host);
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

// --- trees ------------------------------------------------------------------------------------------------------------

function readCase(name: string): Case {
  const path = join(casesFolder, name);
  const { wanted, host = plainHost } = JSON.parse(readFileSync(join(path, 'wanted.json'), 'utf8')) as {
    wanted: readonly WantedLink[];
    host?: BackendHost;
  };
  return { name, wanted, host, before: readTree(join(path, 'before')), after: readTree(join(path, 'after')) };
}

function readTree(root: string): ConfigFiles {
  const paths = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }).sort() : [];
  const files = paths.filter((path) => statSync(join(root, path)).isFile());
  return new Map(files.map((path) => [`/${path}`, fileOf(readFileSync(join(root, path), 'utf8'))]));
}

function treeOf(files: Record<string, string>): ConfigFiles {
  return new Map(
    Object.entries(files).map(([name, text]) => [
      name.startsWith('/') ? name : `${folder}/${name}`,
      fileOf(text),
    ]),
  );
}

function fileOf(content: string): ConfigFile {
  return Object.freeze({ content, mode: 0o644 });
}

function textsOf(files: ConfigFiles): Record<string, string> {
  return Object.fromEntries([...files].map(([path, { content }]) => [path, content]));
}

function nic(name: string, rest: Partial<PresentLink>): PresentLink {
  return { ...rest, state: 'present', name, kind: 'ethernet' };
}

function portOf(bridge: string, rest: Partial<PresentLink> = {}): PresentLink {
  return nic('eno3', { ...rest, controller: { name: bridge, kind: 'bridge' } });
}
