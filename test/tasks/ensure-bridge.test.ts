import { describe, expect, it } from '@jest/globals';
import { type DesiredBridge, ensureBridge, PlanError, TaskInputError } from 'kvmplay';
import { bond, bridge, ethernet, fakeHost, type FakeHostOptions, tap, vlan } from 'kvmplay/testing';
import { eno3Addresses, eno3File, eno3Routes, fileLines, ifcfg, kernelLines } from './support.ts';

const loaded = { modules: { bonding: 'present', '8021q': 'present', bridge: 'present' } } as const;
const eno3 = ethernet('eno3');
const eno4 = ethernet('eno4');
/** As ensureBridge makes it. */
const settled = { options: { forward_delay: '0' }, mac: eno4.mac, macPinned: true };

const refused: [string, FakeHostOptions, DesiredBridge, string][] = [
  [
    'a port that is not there',
    { links: [eno3] },
    { name: 'br0', ports: ['eno9'] },
    'port eno9 of br0 does not exist: free NICs here are eno3',
  ],
  [
    "another controller's port",
    { links: [ethernet('eno3', { controller: 'br1' })] },
    { name: 'br0', ports: ['eno3'] },
    'port eno3 of br0 is a port of br1 already',
  ],
  [
    'a bridge as port',
    { links: [bridge('br1')] },
    { name: 'br0', ports: ['br1'] },
    'port br1 of br0 is a bridge, it should be a NIC, a bond, a VLAN or a tap',
  ],
  [
    'the loopback as port',
    {},
    { name: 'br0', ports: ['lo'] },
    'port lo of br0 is the loopback, it should be a NIC, a bond, a VLAN or a tap',
  ],
  [
    'a VLAN on itself as port',
    { links: [bridge('br0'), vlan('br0', 10)] },
    { name: 'br0', ports: ['br0.10'] },
    'port br0.10 of br0 is a VLAN on br0 itself: a loop',
  ],
  [
    'a port with addresses that nobody takes over, and tells how',
    { links: [eno3], addresses: eno3Addresses },
    { name: 'br0', ports: ['eno3'] },
    `port eno3 of br0 has 10.128.1.10/24, which would be lost: takeover: 'eno3' gives it to the bridge`,
  ],
  [
    'a port with a lease',
    { links: [eno3], leases: [{ link: 'eno3', address: '10.0.0.9/24' }] },
    { name: 'br0', takeover: 'eno3' },
    'port eno3 of br0 has 10.0.0.9/24 from DHCP: only static addresses can move to a bridge',
  ],
  [
    'a port whose file asks for DHCP',
    { links: [eno3], files: { [ifcfg('eno3')]: 'DEVICE=eno3\nBOOTPROTO=dhcp\nONBOOT=yes\n' } },
    { name: 'br0', takeover: 'eno3' },
    'port eno3 of br0 gets its address from DHCP: only static addresses can move to a bridge',
  ],
  [
    'a name that another kind of link has',
    { links: [bond('br0', 'active-backup')] },
    { name: 'br0' },
    'br0 is a bond, it should be a bridge',
  ],
  [
    'an MTU above that of a bond that is its port',
    { links: [bond('bond0', 'active-backup')] },
    { name: 'br0', ports: ['bond0'], mtu: 9000 },
    `port bond0 of br0 has mtu 1500, it should be raised to the bridge's 9000 first, since it is a bond`,
  ],
  [
    'an address that another link has',
    { links: [eno3, eno4], addresses: eno3Addresses },
    { name: 'br0', ports: ['eno4'], addresses: ['10.128.1.10/24'] },
    'address 10.128.1.10/24 is on eno3, it should not be on br0 as well',
  ],
  [
    'a second default gateway',
    { links: [eno3, eno4], addresses: eno3Addresses, routes: eno3Routes },
    { name: 'br0', ports: ['eno4'], addresses: ['10.0.4.2/24'], gateway: '10.0.4.1' },
    'the default gateway is 10.128.1.1 on eno3, it cannot be 10.0.4.1 on br0 as well: a host has one',
  ],
  [
    'a kernel without bridges',
    { platform: { modules: { ...loaded.modules, bridge: 'missing' } } },
    { name: 'br0' },
    'kernel 3.10.0-957.el7.x86_64 has no module bridge',
  ],
  [
    'to remove a bridge that guests are on, and names their links',
    { links: [bridge('br0'), tap('vnet0', { controller: 'br0' }), ethernet('veth1', { controller: 'br0' })] },
    { name: 'br0', state: 'absent' },
    'bridge br0 has the guest ports vnet0, veth1, it should have none before it is removed',
  ],
  [
    'an heir that is not there',
    { links: [bridge('br0')] },
    { name: 'br0', state: 'absent', takeover: 'eno9' },
    'takeover eno9 of br0 does not exist: free NICs here are none',
  ],
  [
    "an heir that is another bridge's port",
    { links: [bridge('br0'), ethernet('eno3', { controller: 'br1' })] },
    { name: 'br0', state: 'absent', takeover: 'eno3' },
    'takeover eno3 of br0 is a port of br1, and ports have no addresses',
  ],
  [
    'an MTU below that of IPv6',
    { links: [bridge('br0')], addresses: [{ link: 'br0', address: 'fd00::1/64' }] },
    { name: 'br0', mtu: 1279 },
    'mtu of br0 would be 1279, it should be at least 1280 for its IPv6 address fd00::1/64',
  ],
];

const wrong: [string, DesiredBridge, string][] = [
  [
    'a forward delay that STP does not allow',
    { name: 'br0', stp: true, forwardDelay: 1 },
    'forwardDelay is 1, it should be 2 to 30 with STP',
  ],
  ['itself as port', { name: 'br0', ports: ['br0'] }, 'a bridge cannot be a port of itself'],
  [
    'a dot in the name',
    { name: 'br0.1' },
    'name is "br0.1", the name of a bridge should consist of letters, digits, - and _',
  ],
  [
    "a name of libvirt's",
    { name: 'virbr7' },
    `name is "virbr7", and names that begin with virbr belong to libvirt`,
  ],
  [
    'a name of 16 bytes',
    { name: 'bridge-of-guests' },
    'name is "bridge-of-guests" of 16 bytes, it should have at most 15, such as "bridge-of-guest"',
  ],
];

describe('ensureBridge', () => {
  it('makes a bridge that forwards at once, with the MAC of its uplink', async () => {
    const host = fakeHost({ links: [tap('vnet0'), eno4], platform: loaded });

    await ensureBridge(host, { name: 'br0', ports: ['vnet0', 'eno4'] });

    expect(kernelLines(host.changes)).toEqual([
      `+ bridge br0 forward_delay 0 stp_state 0 mac ${eno4.mac}`,
      '+ vnet0 port of br0',
      '+ eno4 port of br0',
    ]);
    expect(fileLines(host.changes)).toEqual(['+ ifcfg-br0', '+ ifcfg-eno4']);
  });

  it('gives times in seconds to a kernel that counts hundredths', async () => {
    const host = fakeHost({ platform: loaded });

    await ensureBridge(host, { name: 'br0', stp: true, priority: 4096, ageing: 60 });

    expect(host.links.get('br0')?.options).toMatchObject({
      stp_state: '1',
      forward_delay: '1500',
      priority: '4096',
      ageing_time: '6000',
    });
  });

  it('takes no offence at the ageing time that a bridge has while its spanning tree changes', async () => {
    const host = fakeHost({ platform: loaded });
    await ensureBridge(host, { name: 'br0', stp: true, ageing: 60 });
    const [before] = [...host.links.values()].filter(({ name }) => name === 'br0');
    const changing = { ...bridge('br0', before), options: { ...before?.options, ageing_time: '3000' } };
    const files = Object.fromEntries([...host.files].map(([path, { content }]) => [path, content]));

    const { changed } = await ensureBridge(fakeHost({ links: [changing], files, platform: loaded }), {
      name: 'br0',
      stp: true,
      ageing: 60,
    });

    expect(changed).toBe(false);
  });

  it('pins the MAC of a bridge that follows its ports, and brings it in line', async () => {
    const host = fakeHost({
      links: [bridge('br0', { mac: eno4.mac }), ethernet('eno4', { controller: 'br0' })],
      platform: loaded,
    });

    await ensureBridge(host, { name: 'br0', ports: ['eno4'] });

    expect(kernelLines(host.changes)).toEqual([
      `~ br0 keeps mac ${eno4.mac}`,
      '~ br0 forward_delay 1500 → 0',
    ]);
  });

  it('keeps a pinned MAC unless another one is declared', async () => {
    const host = fakeHost({
      links: [bridge('br0', { ...settled, mac: '02:00:00:00:00:07' }), eno4],
      platform: loaded,
    });

    await ensureBridge(host, { name: 'br0', ports: ['eno4'] });
    await ensureBridge(host, { name: 'br0', mac: '02:00:00:00:00:08' });

    expect(kernelLines(host.changes)).toEqual([
      '+ eno4 port of br0',
      '~ br0 mac 02:00:00:00:00:07 → 02:00:00:00:00:08',
    ]);
  });

  it('leaves ports alone that nobody told it of', async () => {
    const links = [
      bridge('br0', settled),
      tap('vnet0', { controller: 'br0' }),
      ethernet('eno5', { controller: 'br0' }),
      eno4,
    ];
    const host = fakeHost({ links, platform: loaded });

    await ensureBridge(host, { name: 'br0', ports: ['eno4'] });

    expect(kernelLines(host.changes)).toEqual(['+ eno4 port of br0']);
  });

  it('takes out others when it shall have exactly its ports, but no guest', async () => {
    const links = [
      bridge('br0', settled),
      ethernet('eno4', { controller: 'br0' }),
      ethernet('eno5', { controller: 'br0' }),
      ...['vnet0', 'tap1'].map((name) => tap(name, { controller: 'br0' })),
      ...['veth2', 'macvtap3'].map((name) => ethernet(name, { controller: 'br0' })),
    ];
    const host = fakeHost({ links, platform: loaded });

    await ensureBridge(host, { name: 'br0', ports: ['eno4'], exact: true });

    expect(kernelLines(host.changes)).toEqual(['- eno5 port of br0']);
  });

  it('finishes a takeover that somebody left half done', async () => {
    const host = fakeHost({
      links: [bridge('breno3', { ...settled, mac: eno3.mac }), ethernet('eno3', { controller: 'breno3' })],
      addresses: [...eno3Addresses, { link: 'breno3', address: '10.128.1.10/24' }],
      routes: eno3Routes,
      platform: loaded,
    });

    await ensureBridge(host, { name: 'breno3', takeover: 'eno3' });

    expect(kernelLines(host.changes)).toEqual([
      '- route default via 10.128.1.1 on eno3 metric 100',
      '- address 10.128.1.10/24 on eno3 broadcast 10.128.1.255',
      '+ route default via 10.128.1.1 on breno3 metric 100',
    ]);
  });

  it('takes over all routes of the NIC, the way to a gateway before what leads over it', async () => {
    const policy = {
      family: 4,
      destination: 'default',
      via: '172.16.0.1',
      link: 'eno3',
      table: '100',
    } as const;
    const near = {
      family: 4,
      destination: '172.16.0.0/12',
      link: 'eno3',
      scope: 'link',
      source: '10.128.1.10',
    } as const;
    const host = fakeHost({
      links: [eno3],
      addresses: eno3Addresses,
      routes: [policy, near],
      platform: loaded,
    });

    await ensureBridge(host, { name: 'breno3', takeover: 'eno3' });

    expect(host.routes).toEqual([near, policy].map((route) => ({ ...route, link: 'breno3' })));
  });

  it('takes over from the kernel what no file says', async () => {
    const host = fakeHost({ links: [eno3], addresses: eno3Addresses, routes: eno3Routes, platform: loaded });

    await ensureBridge(host, { name: 'breno3', takeover: 'eno3' });

    expect(host.files.get(ifcfg('breno3'))?.content).toContain(
      'IPADDR=10.128.1.10\nPREFIX=24\nGATEWAY=10.128.1.1\n',
    );
  });

  it('puts declared addresses in place of those of its port, and says what is lost', async () => {
    const host = fakeHost({
      links: [eno3],
      addresses: [...eno3Addresses, { link: 'eno3', address: '10.9.9.9/32' }],
      routes: eno3Routes,
      files: { [ifcfg('eno3')]: eno3File },
      platform: loaded,
    });

    await ensureBridge(host, {
      name: 'breno3',
      ports: ['eno3'],
      addresses: ['10.128.1.10/24'],
      gateway: '10.128.1.1',
      dns: ['192.168.0.168'],
    });

    expect(host.addresses).toEqual([{ ...eno3Addresses[0], link: 'breno3' }]);
    expect(host.routes).toMatchObject([{ destination: 'default', via: '10.128.1.1', link: 'breno3' }]);
    expect(host.warnings).toEqual(['eno3 loses 10.9.9.9/32, since it becomes a port of breno3']);
    expect(host.files.get(ifcfg('breno3'))?.content).toContain('DNS1=192.168.0.168');
  });

  it('raises NICs to its MTU from the bottom', async () => {
    const host = fakeHost({ links: [eno4], platform: loaded });

    await ensureBridge(host, { name: 'br0', ports: ['eno4'], mtu: 9000 });

    expect(kernelLines(host.changes)).toEqual([
      `+ bridge br0 forward_delay 0 stp_state 0 mac ${eno4.mac}`,
      '~ eno4 mtu 1500 → 9000',
      '+ eno4 port of br0',
    ]);
    expect(host.links.get('br0')?.mtu).toBe(9000);
    expect(host.files.get(ifcfg('eno4'))?.content).toContain('MTU=9000');
  });

  it('lowers the VLANs on it before a port with a smaller MTU joins', async () => {
    const links = [
      bridge('br0', { ...settled, mtu: 9000 }),
      ethernet('eno4', { controller: 'br0', mtu: 9000 }),
      vlan('br0', 10, { mtu: 9000 }),
      ethernet('eno5'),
    ];
    const host = fakeHost({ links, platform: loaded });

    await ensureBridge(host, { name: 'br0', ports: ['eno5'] });

    expect(kernelLines(host.changes)).toEqual(['~ br0.10 mtu 9000 → 1500', '+ eno5 port of br0']);
  });

  it('says first what MTU somebody gave it, so that taking a new port back ends with that', async () => {
    const links = [
      bridge('br0', settled),
      ethernet('eno4', { controller: 'br0', mtu: 9000 }),
      ethernet('eno5'),
    ];
    const host = fakeHost({ links, platform: loaded });

    await ensureBridge(host, { name: 'br0', ports: ['eno5'] });

    expect(kernelLines(host.changes)).toEqual(['~ br0 keeps mtu 1500', '+ eno5 port of br0']);
  });

  it.each<[string, FakeHostOptions, DesiredBridge, string]>([
    [
      'a bond whose mode costs guests something',
      { links: [bond('bond6', 'balance-alb')] },
      { name: 'br6', ports: ['bond6'] },
      'bond6 has mode balance-alb under bridge br6: guests get no receive balancing, and the switch sees their MACs move between ports; better is 802.3ad if the switch supports LACP, otherwise active-backup',
    ],
    [
      'a port with a VLAN of its own',
      { links: [eno4, vlan('eno4', 10)] },
      { name: 'br0', ports: ['eno4'] },
      'eno4.10 takes the frames of VLAN 10 away from br0, whose port eno4 is',
    ],
    [
      'a tap that is smaller than the bridge',
      { links: [tap('vnet0')] },
      { name: 'br0', ports: ['vnet0'], mtu: 9000 },
      'vnet0 has mtu 1500, below the 9000 of its bridge br0: larger frames do not reach it',
    ],
    [
      'STP on the way to the host',
      { links: [eno3], addresses: eno3Addresses },
      { name: 'br0', takeover: 'eno3', stp: true },
      'br0 forwards nothing for 30 s because of STP: the confirm timeout should be longer',
    ],
  ])('warns of %s', async (_, options, desired, warning) => {
    const host = fakeHost(options);

    await ensureBridge(host, desired);

    expect(host.warnings).toEqual([warning]);
  });

  it('absent takes down what stands on it, each said, and leaves its ports up and free', async () => {
    const links = [
      bridge('br0', settled),
      bond('bond0', 'active-backup', { controller: 'br0' }),
      vlan('br0', 10, { controller: 'br1' }),
      vlan('br0', 11),
      bridge('br1'),
    ];
    const host = fakeHost({
      links,
      addresses: [{ link: 'br0.11', address: '10.0.11.2/24' }],
      platform: loaded,
    });

    await ensureBridge(host, { name: 'br0', state: 'absent' });

    expect(kernelLines(host.changes)).toEqual([
      '- br0.10 port of br1',
      '- vlan br0.10 parent br0 id 10',
      '- address 10.0.11.2/24 on br0.11',
      '- vlan br0.11 parent br0 id 11',
      '- bond0 port of br0',
      '- bridge br0',
    ]);
    expect(host.warnings).toEqual(['br0.11 goes with 10.0.11.2/24']);
  });

  it('absent says which addresses are lost when nobody takes them', async () => {
    const host = fakeHost({
      links: [bridge('br0')],
      addresses: [{ link: 'br0', address: '10.0.0.2/24' }],
      routes: [{ family: 4, destination: '10.7.0.0/16', via: '10.0.0.1', link: 'br0' }],
    });

    await ensureBridge(host, { name: 'br0', state: 'absent' });

    expect(host.warnings).toEqual(['br0 goes with 10.0.0.2/24, route 10.7.0.0/16']);
  });

  it('absent brings the heir up for the routes that it gets', async () => {
    const host = fakeHost({
      links: [bridge('br0'), ethernet('eno3', { up: false })],
      addresses: [{ link: 'br0', address: '10.0.0.2/24' }],
      routes: [{ family: 4, destination: 'default', via: '10.0.0.1', link: 'br0' }],
    });

    await ensureBridge(host, { name: 'br0', state: 'absent', takeover: 'eno3' });

    expect(kernelLines(host.changes).slice(3)).toEqual([
      '~ eno3 down → up',
      '+ address 10.0.0.2/24 on eno3',
      '+ route default via 10.0.0.1 on eno3',
    ]);
  });

  it('absent says first what MTU somebody gave it, so that taking it back ends with that', async () => {
    const host = fakeHost({ links: [bridge('br0'), ethernet('eno4', { controller: 'br0', mtu: 9000 })] });

    await ensureBridge(host, { name: 'br0', state: 'absent' });

    expect(kernelLines(host.changes)).toEqual(['~ br0 keeps mtu 1500', '- eno4 port of br0', '- bridge br0']);
  });

  it('absent forgets the files of a bridge that the kernel does not have', async () => {
    const host = fakeHost({ files: { [ifcfg('br0')]: 'TYPE=Bridge\nDEVICE=br0\nONBOOT=yes\n' } });

    await ensureBridge(host, { name: 'br0', state: 'absent' });

    expect(fileLines(host.changes)).toEqual(['- ifcfg-br0']);
  });

  it.each(refused)('refuses %s', async (_, options, desired, sentence) => {
    const host = fakeHost(options);

    await expect(ensureBridge(host, desired)).rejects.toThrow(new PlanError(sentence));
    expect(host.changes).toEqual([]);
  });

  it.each(wrong)('refuses %s before any host is touched', (_, desired, sentence) => {
    expect(() => ensureBridge.task.validate(desired)).toThrow(
      new TaskInputError(`ensureBridge ${desired.name}: ${sentence}`),
    );
  });
});
