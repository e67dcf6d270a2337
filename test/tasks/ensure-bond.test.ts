import { describe, expect, it } from '@jest/globals';
import { type DesiredBond, ensureBond, PlanError, TaskInputError } from 'kvmplay';
import { bond, bridge, ethernet, fakeHost, type FakeHostOptions, tap, vlan } from 'kvmplay/testing';
import { bondModes } from '../../src/model/bond-options.ts';
import { fileLines, ifcfg, kernelLines } from './support.ts';

const eno4 = ethernet('eno4');
const eno5 = ethernet('eno5');
const loaded = { modules: { bonding: 'present', '8021q': 'present', bridge: 'present' } } as const;

/** A bond of eno4 and eno5 that is a port of br6, with a VLAN and addresses on it. */
function bondInBridge(
  mode: (typeof bondModes)[number],
  options: Record<string, string> = {},
): FakeHostOptions {
  return {
    links: [
      bond('bond6', mode, { mac: eno4.mac, controller: 'br6', options: { miimon: '100', ...options } }),
      bridge('br6', { mac: eno4.mac, macPinned: true }),
      { ...eno4, controller: 'bond6' },
      { ...eno5, controller: 'bond6' },
      ethernet('eno6'),
    ],
    platform: loaded,
  };
}

const refused: [string, FakeHostOptions, DesiredBond, string][] = [
  [
    'a port that is not there, and names those that are free',
    { links: [eno4, eno5, tap('vnet0')] },
    { name: 'bond6', ports: ['eno4', 'eno9'] },
    'port eno9 of bond6 does not exist: free NICs here are eno4, eno5',
  ],
  [
    "another controller's port",
    { links: [ethernet('eno4', { controller: 'br0' })] },
    { name: 'bond6', ports: ['eno4'] },
    'port eno4 of bond6 is a port of br0 already',
  ],
  [
    'a port that is no NIC',
    { links: [bridge('br0')] },
    { name: 'bond6', ports: ['br0'] },
    'port br0 of bond6 is a bridge, it should be a NIC',
  ],
  [
    'the loopback as port',
    {},
    { name: 'bond6', ports: ['lo'] },
    'port lo of bond6 is the loopback, it should be a NIC',
  ],
  [
    "a guest's link as port",
    { links: [ethernet('veth7')] },
    { name: 'bond6', ports: ['veth7'] },
    `port veth7 of bond6 belongs to a guest, it should be a NIC of the host`,
  ],
  [
    'a port that carries VLANs',
    { links: [eno4, vlan('eno4', 10)] },
    { name: 'bond6', ports: ['eno4'] },
    'port eno4 of bond6 carries eno4.10, which should be on the bond: remove it first',
  ],
  [
    'a port with a lease',
    { links: [eno4], leases: [{ link: 'eno4', address: '10.0.0.9/24' }] },
    { name: 'bond6', ports: ['eno4'] },
    'port eno4 of bond6 has 10.0.0.9/24 from DHCP: its DHCP client should be stopped first',
  ],
  [
    'a name that another kind of link has',
    { links: [bridge('bond6')] },
    { name: 'bond6' },
    'bond6 is a bridge, it should be a bond',
  ],
  [
    'a kernel without bonding',
    { links: [eno4], platform: { modules: { ...loaded.modules, bonding: 'missing' } } },
    { name: 'bond6', ports: ['eno4'] },
    'kernel 3.10.0-957.el7.x86_64 has no module bonding',
  ],
  [
    'an option that the mode which the bond has forbids',
    { links: [bond('bond6', 'active-backup')] },
    { name: 'bond6', lacpRate: 'fast' },
    'bond6: lacpRate is for mode 802.3ad and the mode is active-backup',
  ],
  [
    'a primary that is no port',
    { links: [bond('bond6', 'active-backup')], platform: loaded },
    { name: 'bond6', primary: 'eno4' },
    'primary of bond6 is eno4, it should be one of its ports',
  ],
  [
    'a host that nobody can write files for',
    { platform: { networkServices: ['netplan'] } },
    { name: 'bond6' },
    'the network of CentOS Linux 7 (Core) is configured by netplan, for which kvmplay has no backend: network_backend should be set to one of ifcfg, none',
  ],
  [
    'a backend that does not exist',
    { vars: { network_backend: 'ifconfig' } },
    { name: 'bond6' },
    'network_backend is ifconfig, it should be one of ifcfg, none',
  ],
];

const wrong: [string, DesiredBond, string][] = [
  [
    'an option that its mode forbids',
    { name: 'bond6', mode: 6, lacpRate: 'fast' },
    'lacpRate is for mode 802.3ad and the mode is balance-alb',
  ],
  [
    'ARP monitoring in a mode without',
    { name: 'bond6', mode: 4, arpInterval: 500, arpIpTargets: ['10.0.0.1'] },
    'arpInterval is for mode balance-rr, active-backup, balance-xor, broadcast and the mode is 802.3ad',
  ],
  [
    'two ways of monitoring',
    { name: 'bond6', mode: 1, miimon: 100, arpInterval: 500, arpIpTargets: ['10.0.0.1'] },
    'miimon and arpInterval exclude each other, one of them should be 0',
  ],
  [
    'ARP monitoring without targets',
    { name: 'bond6', mode: 1, arpInterval: 500 },
    'arpInterval needs arpIpTargets, the addresses to probe',
  ],
  [
    'a delay that the interval does not divide',
    { name: 'bond6', mode: 1, updelay: 250 },
    'updelay is 250, it should be a multiple of miimon, which is 100',
  ],
  [
    'a delay without an interval',
    { name: 'bond6', mode: 1, miimon: 0, downdelay: 100 },
    'downdelay needs miimon, which is 0',
  ],
  [
    'a primary that is not among the ports',
    { name: 'bond6', mode: 1, ports: ['eno4'], primary: 'eno5' },
    'primary is eno5, it should be one of the ports eno4',
  ],
  ['itself as port', { name: 'bond6', ports: ['bond6'] }, 'a bond cannot be a port of itself'],
  [
    'a name of 16 bytes',
    { name: 'bond-of-storage1' },
    'name is "bond-of-storage1" of 16 bytes, it should have at most 15, such as "bond-of-storage"',
  ],
  [
    'a dot in the name',
    { name: 'bond.6' },
    'name is "bond.6", the name of a bond should consist of letters, digits, - and _',
  ],
  [
    'the name of a file that bonding keeps',
    { name: 'bonding_masters' },
    'name is "bonding_masters", which the kernel reserves for itself',
  ],
];

describe('ensureBond', () => {
  it.each(bondModes)('makes a bond of mode %s that watches its ports', async (mode) => {
    const host = fakeHost({ links: [eno4, eno5], platform: loaded });

    await ensureBond(host, { name: 'bond6', mode, ports: ['eno4', 'eno5'] });

    expect(kernelLines(host.changes)).toEqual([
      `+ bond bond6 mode ${mode} miimon 100 mac ${eno4.mac} down`,
      '+ eno4 port of bond6',
      '+ eno5 port of bond6',
      '~ bond6 down → up',
    ]);
  });

  it('is active-backup when nobody says otherwise, and keeps the mode of a bond that is there', async () => {
    const host = fakeHost({
      links: [bond('bond0', '802.3ad', { options: { miimon: '100' } })],
      platform: loaded,
    });

    await ensureBond(host, { name: 'bond0' });
    await ensureBond(host, { name: 'bond1' });

    expect(host.links.get('bond0')?.options?.['mode']).toBe('802.3ad');
    expect(host.links.get('bond1')?.options?.['mode']).toBe('active-backup');
  });

  it('sets options that are declared, the primary once it is a port', async () => {
    const host = fakeHost({ links: [eno4, eno5], platform: loaded });

    await ensureBond(host, {
      name: 'bond0',
      mode: 'active-backup',
      ports: ['eno4', 'eno5'],
      primary: 'eno5',
      updelay: 200,
      failOverMac: 'active',
    });

    expect(kernelLines(host.changes)).toEqual([
      `+ bond bond0 mode active-backup fail_over_mac active miimon 100 updelay 200 mac ${eno4.mac} down`,
      '+ eno4 port of bond0',
      '+ eno5 port of bond0',
      '~ bond0 down → up',
      '~ bond0 primary none → eno5',
    ]);
    expect(host.files.get(ifcfg('bond0'))?.content).toContain(
      'BONDING_OPTS="mode=1 miimon=100 fail_over_mac=active primary=eno5 updelay=200"',
    );
  });

  it('watches by ARP when that is declared, and not by carrier as well', async () => {
    const host = fakeHost({ ...bondInBridge('active-backup', { updelay: '200' }) });

    await ensureBond(host, { name: 'bond6', arpInterval: 500, arpIpTargets: ['10.0.0.1'] });

    expect(kernelLines(host.changes)).toEqual([
      '~ bond6 updelay 200 → 0',
      '~ bond6 arp_interval 0 → 500, arp_ip_target none → 10.0.0.1, miimon 100 → 0',
    ]);
    expect(host.files.get(ifcfg('bond6'))?.content).toContain(
      'BONDING_OPTS="mode=1 arp_interval=500 arp_ip_target=10.0.0.1"',
    );
  });

  it('takes the same targets in another order for the same', async () => {
    const options = { miimon: '0', arp_interval: '500', arp_ip_target: '10.0.0.2,10.0.0.1' };
    const host = fakeHost({ links: [bond('bond6', 'active-backup', { options })], platform: loaded });

    await ensureBond(host, { name: 'bond6', arpInterval: 500, arpIpTargets: ['10.0.0.1', '10.0.0.2'] });

    expect(kernelLines(host.changes)).toEqual([]);
  });

  it('changes what may change at any time while the bond works', async () => {
    const host = fakeHost(bondInBridge('802.3ad'));

    await ensureBond(host, { name: 'bond6', xmitHashPolicy: 'layer3+4', minLinks: 1, miimon: 50 });

    expect(kernelLines(host.changes)).toEqual([
      '~ bond6 miimon 100 → 50, min_links 0 → 1, xmit_hash_policy layer2 → layer3+4',
    ]);
  });

  it('keeps delays that nobody declares when the interval changes, which the kernel would scale', async () => {
    const host = fakeHost(bondInBridge('active-backup', { updelay: '200' }));

    await ensureBond(host, { name: 'bond6', miimon: 50 });

    expect(kernelLines(host.changes)).toEqual([
      '~ bond6 updelay 200 → 0',
      '~ bond6 miimon 100 → 50',
      '~ bond6 updelay 0 → 200',
    ]);
  });

  it('takes the bond down for options that ask for it, and brings back all that goes with it', async () => {
    const options = bondInBridge('802.3ad');
    const host = fakeHost({
      ...options,
      links: [...(options.links ?? []), vlan('bond6', 10), vlan('bond6', 11, { up: false })],
      addresses: [
        { link: 'bond6.10', address: '10.0.10.2/24' },
        { link: 'bond6.10', address: 'fd00::2/64' },
      ],
      routes: [{ family: 4, destination: '10.7.0.0/16', via: '10.0.10.1', link: 'bond6.10' }],
    });

    await ensureBond(host, { name: 'bond6', lacpRate: 'fast' });

    expect(kernelLines(host.changes)).toEqual([
      '- route 10.7.0.0/16 via 10.0.10.1 on bond6.10',
      '- address fd00::2/64 on bond6.10',
      '~ bond6.10 up → down',
      '~ bond6.11 keeps down',
      '~ bond6 up → down',
      '~ bond6 lacp_rate slow → fast',
      '~ bond6 down → up',
      '~ bond6.10 down → up',
      '+ address fd00::2/64 on bond6.10',
      '+ route 10.7.0.0/16 via 10.0.10.1 on bond6.10',
      '~ bond6.11 keeps down',
    ]);
  });

  it('lets go of all ports for another mode, and stays in its bridge', async () => {
    const host = fakeHost(bondInBridge('balance-alb', { primary: 'eno4' }));

    await ensureBond(host, { name: 'bond6', mode: '802.3ad', ports: ['eno4', 'eno5'], lacpRate: 'fast' });

    expect(kernelLines(host.changes)).toEqual([
      '~ bond6 primary eno4 → none',
      '~ bond6 up → down',
      '- eno4 port of bond6',
      '- eno5 port of bond6',
      `~ bond6 keeps mac ${eno4.mac}`,
      '~ bond6 mode balance-alb → 802.3ad',
      '~ bond6 lacp_rate slow → fast',
      '+ eno4 port of bond6',
      '+ eno5 port of bond6',
      '~ bond6 down → up',
    ]);
    expect(host.links.get('bond6')?.controller).toBe('br6');
  });

  it('leaves behind no option that the new mode would hide', async () => {
    const host = fakeHost(bondInBridge('802.3ad', { ad_actor_sys_prio: '1' }));

    await ensureBond(host, { name: 'bond6', mode: 1 });

    expect(kernelLines(host.changes).slice(4, 6)).toEqual([
      '~ bond6 ad_actor_sys_prio 1 → 65535',
      '~ bond6 mode 802.3ad → active-backup',
    ]);
  });

  it('ends ARP monitoring while the old mode still knows it', async () => {
    const host = fakeHost(
      bondInBridge('active-backup', {
        miimon: '0',
        arp_interval: '500',
        arp_ip_target: '10.0.0.1',
        arp_validate: 'all',
      }),
    );

    await ensureBond(host, { name: 'bond6', mode: 4 });

    expect(kernelLines(host.changes).slice(0, 2)).toEqual([
      '~ bond6 arp_interval 500 → 0, arp_validate all → none, miimon 0 → 100',
      '~ bond6 up → down',
    ]);
  });

  it('lets new ports join before old ones leave', async () => {
    const host = fakeHost(bondInBridge('active-backup', { primary: 'eno5' }));

    await ensureBond(host, { name: 'bond6', ports: ['eno4', 'eno6'] });

    expect(kernelLines(host.changes)).toEqual([
      '+ eno6 port of bond6',
      '~ bond6 primary eno5 → none',
      '- eno5 port of bond6',
    ]);
    expect(fileLines(host.changes)).toEqual([
      '+ ifcfg-bond6',
      '+ ifcfg-eno4',
      '+ ifcfg-eno6',
      '+ file /etc/modprobe.d/kvmplay-bonding.conf',
    ]);
  });

  it.each([
    ['with exact: false', { name: 'bond6', ports: ['eno6'], exact: false }, ['+ eno6 port of bond6']],
    ['that nobody speaks of', { name: 'bond6' }, []],
  ])('keeps ports %s', async (_, desired: DesiredBond, lines) => {
    const host = fakeHost(bondInBridge('active-backup'));

    await ensureBond(host, desired);

    expect(kernelLines(host.changes)).toEqual(lines);
  });

  it('keeps its MAC when it loses all ports, which the kernel would make a random one', async () => {
    const host = fakeHost(bondInBridge('active-backup'));

    await ensureBond(host, { name: 'bond6', ports: [] });

    expect(kernelLines(host.changes)).toEqual([
      '- eno4 port of bond6',
      '- eno5 port of bond6',
      `~ bond6 keeps mac ${eno4.mac}`,
    ]);
  });

  it('takes the MAC of its first port when it had none, and keeps the one that somebody gave it', async () => {
    const random = { mac: '0e:00:00:00:00:09', options: { miimon: '100' } };
    const links = [
      bond('bond0', 'active-backup', random),
      bond('bond1', 'active-backup', { ...random, macPinned: true }),
    ];
    const host = fakeHost({
      links: [...links, vlan('bond0', 10, { mac: random.mac }), eno4, eno5],
      platform: loaded,
    });

    await ensureBond(host, { name: 'bond0', ports: ['eno4'] });
    await ensureBond(host, { name: 'bond1', ports: ['eno5'] });

    expect(kernelLines(host.changes)).toEqual([
      `~ bond0 mac ${random.mac} → ${eno4.mac}`,
      '+ eno4 port of bond0',
      `~ bond1 keeps mac ${random.mac}`,
      '+ eno5 port of bond1',
    ]);
    expect(host.links.get('bond0.10')?.mac).toBe(eno4.mac);
  });

  it('withdraws the addresses of its ports, and says so', async () => {
    const host = fakeHost({
      links: [eno4],
      addresses: [{ link: 'eno4', address: '10.0.0.4/24' }],
      routes: [{ family: 4, destination: 'default', via: '10.0.0.1', link: 'eno4' }],
      platform: loaded,
    });

    await ensureBond(host, { name: 'bond6', ports: ['eno4'] });

    expect(host.addresses).toEqual([]);
    expect(host.routes).toEqual([]);
    expect(host.warnings).toEqual(['eno4 loses 10.0.0.4/24, since it becomes a port of bond6']);
  });

  it('lowers the MTU from the top', async () => {
    const host = fakeHost({
      links: [
        bond('bond6', 'active-backup', { mtu: 9000, options: { miimon: '100' }, controller: 'br6' }),
        bridge('br6', { mtu: 9000, mac: eno4.mac, macPinned: true }),
        vlan('br6', 10, { mtu: 9000 }),
        vlan('bond6', 11, { mtu: 9000 }),
      ],
      platform: loaded,
    });

    await ensureBond(host, { name: 'bond6', mtu: 1500 });

    expect(kernelLines(host.changes)).toEqual([
      '~ bond6.11 mtu 9000 → 1500',
      '~ br6.10 mtu 9000 → 1500',
      '~ bond6 mtu 9000 → 1500',
    ]);
    expect(host.links.get('br6')?.mtu).toBe(1500);
  });

  it.each(['balance-rr', 'broadcast', 'balance-tlb', 'balance-alb'] as const)(
    'warns of mode %s under a bridge',
    async (mode) => {
      const host = fakeHost(bondInBridge(mode));

      await ensureBond(host, { name: 'bond6' });

      expect(host.warnings).toEqual([
        expect.stringMatching(`^bond6 has mode ${mode} under bridge br6: .*; better is 802.3ad`),
      ]);
    },
  );

  it('warns of a bond that does not watch its ports', async () => {
    const host = fakeHost({ platform: loaded });

    await ensureBond(host, { name: 'bond6', miimon: 0 });

    expect(host.warnings).toEqual([
      'bond6 does not notice when a port fails, since miimon and arpInterval are 0',
    ]);
  });

  it('absent takes along the VLANs on it and leaves its ports up and free', async () => {
    const host = fakeHost({
      links: [
        bond('bond6', 'active-backup', { controller: 'br6' }),
        { ...eno4, controller: 'bond6' },
        bridge('br6'),
        bridge('br7'),
        vlan('bond6', 10, { controller: 'br7' }),
      ],
    });

    await ensureBond(host, { name: 'bond6', state: 'absent' });

    expect(kernelLines(host.changes)).toEqual([
      '- bond6.10 port of br7',
      '- vlan bond6.10 parent bond6 id 10',
      '- eno4 port of bond6',
      '- bond6 port of br6',
      '- bond bond6',
    ]);
    expect(host.links.get('eno4')).toEqual(eno4);
  });

  it('does without files where the inventory says so', async () => {
    const host = fakeHost({
      links: [eno4],
      platform: { ...loaded, networkServices: [] },
      vars: { network_backend: 'none' },
    });

    await ensureBond(host, { name: 'bond6', ports: ['eno4'] });

    expect(fileLines(host.changes)).toEqual([]);
  });

  it.each(refused)('refuses %s', async (_, options, desired, sentence) => {
    const host = fakeHost(options);

    await expect(ensureBond(host, desired)).rejects.toThrow(new PlanError(sentence));
    expect(host.changes).toEqual([]);
  });

  it.each(wrong)('refuses %s before any host is touched', (_, desired, sentence) => {
    expect(() => ensureBond.task.validate(desired)).toThrow(
      new TaskInputError(`ensureBond ${desired.name}: ${sentence}`),
    );
  });
});
