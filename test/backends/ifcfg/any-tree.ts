import fc from 'fast-check';
import type { Addressing, WantedLink } from '../../../src/backends/backend.ts';
import type { ConfigFiles } from '../../../src/model/config-file.ts';
import { type IfcfgAnswers, managedHost, nic, nothing, plainHost, treeOf } from '../trees.ts';

export const anyAnswers: fc.Arbitrary<IfcfgAnswers> = fc.constantFrom(plainHost, managedHost);

const names = ['eno3', 'eno4', 'br6', 'bond6', 'br6.10'];

/** Lines that no edit may touch. */
export function isForeign(line: string): boolean {
  return /^ *#|FOREIGN|^\. /.test(line) && line !== '# made by kvmplay';
}

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
    'ONBOOT=',
    'ONBOOT=true',
    'TYPE=bridge',
    'TYPE="Bond"',
    'SLAVE=YES',
    ' SLAVE=yes # x',
  ),
  fc.constantFrom(
    'BRIDGE=br6',
    'MASTER=bond6',
    'BOOTPROTO=dhcp',
    'BOOTPROTO=bootp',
    'BOOTPROTO=static',
    'BOOTPROTO=ibft',
    'DEFROUTE=no',
    'PEERDNS=no',
  ),
  fc.constantFrom(
    'SLAVE=yes',
    'BRIDGE=',
    "\tMASTER='bond6'",
    'MASTER_UUID=77',
    'TYPE=Bridge',
    'TYPE=ethernet',
    'BONDING_MASTER=yes',
    'MACADDR=52:54:00:AA:00:01',
    'MACADDR=',
    'MTU="9000" # jumbo',
    'MTU=0x5dc',
    'MTU=big',
  ),
  fc.constantFrom(
    'BONDING_OPTS="miimon=0100  mode=balance-alb"',
    "BONDING_OPTS='mode=4 lacp_rate=1 use_carrier=on'",
    'BONDING_OPTS="mode=1 arp_interval=9 arp_ip_target=10.0.0.10 arp_ip_target=+10.0.0.1"',
    'BONDING_OPTS="mode=1 active_slave=eno3 wings=2"',
    'STP=yes',
    'STP=OFF',
    'DELAY=2.5',
    'PRIO=4096',
    'BRIDGING_OPTS="multicast_snooping=00 hash_max=512"',
    'BRIDGING_OPTS="stp_state=1 vlan_filtering=1"',
  ),
  fc.constantFrom(
    'IPADDR=nonsense',
    'GATEWAY=10.9.0.1 # gone',
    'GATEWAY=',
    'GATEWAYDEV=eno4',
    'IPV6_DEFAULTGW=fe80::1%eno3',
    'IPV6ADDR_SECONDARIES="FD00::0003  fd00::4/128"',
    'DOMAIN="example.com  lan"',
    'DNS2=10.0.0.1',
    'NETMASK=255.255.0.0',
    'BROADCAST=10.0.0.255',
  ),
  fc.constantFrom(
    'export ONBOOT',
    'BRIDGE=$(cat /etc/bridge)',
    'if true; then ONBOOT=no; fi',
    'ZONE=a\r',
    'ZONE=b; MTU=7',
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
    'VLAN=yes',
    'PHYSDEV=eno4',
    'VID=010',
    'NM_CONTROLLED=yes',
    'HWADDR=52:54:00:00:00:03',
  ),
);

const anyFile = fc
  .tuple(
    fc.array(anyLine, { maxLength: 9 }),
    fc.constantFrom('\n', '\n', '\n', '\r\n'),
    fc.constantFrom('', '\n'),
  )
  .map(([lines, lineEnd, end]) => lines.join(lineEnd) + end);

const anyRoutes = fc
  .array(
    fc.constantFrom(
      '10.8.0.0/16 via 10.0.0.3',
      '# a comment',
      'default via 10.0.0.1',
      '10.9.0.0/16 dev eno3',
      '  10.8.0.0/255.255.0.0 via 10.0.0.3 metric 0 ',
      'default via 10.0.0.9 dev eno3',
      'unreachable 10.6.0.0/16',
      '10.4.0.0/16 via 10.0.0.3 table 9 src 10.0.0.2',
      'ADDRESS0=10.2.0.0',
      '',
    ),
  )
  .map((lines) => lines.join('\n'));

export const anyTree: fc.Arbitrary<ConfigFiles> = fc
  .record(
    Object.fromEntries([
      ...names.map((name) => [`ifcfg-${name}`, anyFile.map((text) => `DEVICE=${name}\n${text}`)] as const),
      ['ifcfg-uplink', anyFile.map((text) => `HWADDR=52:54:00:AA:00:09\n${text}`)] as const,
      ['ifcfg-eno5', anyFile] as const,
      [
        'ifcfg-eno3:1',
        fc.constantFrom('IPADDR=10.0.0.9\nPREFIX=24\n', 'IPADDR=10.5.0.9\nONPARENT=no\n'),
      ] as const,
      [
        '/etc/sysconfig/network',
        fc.constantFrom('GATEWAY=10.0.0.1\n', 'GATEWAYDEV=eno3\n', 'NETWORKING=yes'),
      ] as const,
      ['/etc/modprobe.d/bonding.conf', fc.constantFrom('options bonding max_bonds=0\n', '# none\n')] as const,
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
    nic('eno3', { controller: null, mac: null, mtu: 1500 }),
    nic('eno3', { addressing: { ...nothing, dhcp: true } }),
    nic('eno5', { mac: '52:54:00:aa:00:01', addressing: nothing }),
  ),
  anyAddressing.map((addressing) => nic('eno3', { controller: null, addressing })),
  anyAddressing.map((addressing): WantedLink => ({
    state: 'present',
    name: 'br6',
    kind: 'bridge',
    addressing,
  })),
);

/** No link twice, and no port of a link that shall be gone. */
export const anyWanted: fc.Arbitrary<readonly WantedLink[]> = fc
  .uniqueArray(anyLink, { maxLength: 4, selector: ({ name }) => name })
  .filter((wanted) => {
    const absent = wanted.flatMap(({ state, name }) => (state === 'absent' ? [name] : []));
    return !wanted.some((link) => link.state === 'present' && absent.includes(link.controller?.name ?? ''));
  });
