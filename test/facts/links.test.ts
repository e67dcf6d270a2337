import { describe, expect, it } from '@jest/globals';
import { links } from '../../src/facts/links.ts';
import type { Link, LinkOptions, Links } from '../../src/model/link.ts';
import { tap } from '../../src/testing/link-builders.ts';
import { fixture, runScript, shellRows } from './shells.ts';

const layout3 = links.parse(fixture('kernel-6.1/layout3-links.txt'));
const bonds = links.parse(fixture('kernel-6.1/bonds-links.txt'));
const others = links.parse(fixture('kernel-6.1/others-links.txt'));
const crowd = links.parse(fixture('kernel-6.18/crowd-links.txt'));

const freshBridge = {
  stp_state: '0',
  forward_delay: '0',
  hello_time: '200',
  max_age: '2000',
  ageing_time: '30000',
  priority: '32768',
  vlan_filtering: '0',
  multicast_snooping: '1',
};

describe('links', () => {
  it('compares the MAC of a bond after a rollback, but not whether it is pinned: nothing unpins one', () => {
    const with6 = (details: Partial<Link>): Links => {
      const bond = layout3.get('bond6');
      return new Map(bond && [['bond6', { ...bond, ...details }]]);
    };

    expect(links.comparable?.(with6({ macPinned: true }))).toEqual(
      links.comparable?.(with6({ macPinned: false })),
    );
    expect(links.comparable?.(with6({ mac: '52:54:00:00:00:01' }))).not.toEqual(
      links.comparable?.(with6({})),
    );
  });

  it('finds every link of layout L3 with its kind and place', () => {
    const places = [...layout3.values()].map(({ name, kind, controller, vlan }) =>
      [name, kind, vlan && `${vlan.id} on ${vlan.parent}`, controller && `port of ${controller}`]
        .filter((word) => word !== undefined)
        .join(', '),
    );

    expect(places).toEqual([
      'bond6, bond, port of br6',
      'br6, bridge',
      'br6.10, vlan, 10 on br6, port of brvlan6-10',
      'br6.11, vlan, 11 on br6, port of brvlan6-11',
      'br6.12, vlan, 12 on br6, port of brvlan6-12',
      'brvlan6-10, bridge',
      'brvlan6-11, bridge',
      'brvlan6-12, bridge',
      'eno3, ethernet',
      'eno4, ethernet, port of bond6',
      'eno5, ethernet, port of bond6',
      'lo, loopback',
      'vnet0, tap, port of brvlan6-12',
      'vnet1, tap, port of brvlan6-11',
    ]);
  });

  it('tells the settings of a bond, its mode by name', () => {
    expect(layout3.get('bond6')).toEqual({
      name: 'bond6',
      kind: 'bond',
      up: true,
      mtu: 1500,
      mac: '02:00:00:00:01:04',
      macPinned: false,
      controller: 'br6',
      options: {
        mode: 'balance-alb',
        fail_over_mac: 'none',
        miimon: '100',
        arp_interval: '0',
        arp_ip_target: '',
        arp_validate: 'none',
        arp_all_targets: 'any',
        updelay: '0',
        downdelay: '0',
        use_carrier: '1',
        xmit_hash_policy: 'layer2',
        lacp_rate: 'slow',
        ad_select: 'stable',
        min_links: '0',
        num_grat_arp: '1',
        resend_igmp: '1',
        all_slaves_active: '0',
        packets_per_slave: '1',
        lp_interval: '1',
        tlb_dynamic_lb: '1',
        primary: '',
        primary_reselect: 'always',
      },
    });
  });

  it('tells the settings of a bridge whose MAC somebody set', () => {
    expect(layout3.get('br6')).toEqual({
      name: 'br6',
      kind: 'bridge',
      up: true,
      mtu: 1500,
      mac: '02:00:00:00:01:04',
      macPinned: true,
      options: freshBridge,
    });
  });

  it('takes the MAC of a bridge that follows its ports for one that nobody set', () => {
    expect(layout3.get('brvlan6-10')?.macPinned).toBe(false);
  });

  it('tells a VLAN by parent and id', () => {
    expect(layout3.get('br6.10')).toEqual({
      name: 'br6.10',
      kind: 'vlan',
      up: true,
      mtu: 1500,
      mac: '02:00:00:00:01:04',
      macPinned: false,
      controller: 'brvlan6-10',
      vlan: { parent: 'br6', id: 10 },
    });
  });

  it("tells the permanent MAC of a bond's port, and that nobody set it", () => {
    expect(fixture('kernel-6.1/bonds-links.txt')).toContain('link eno8 0x1803 1500 1 3 - 02:00:00:00:01:07');

    expect(bonds.get('eno8')).toMatchObject({
      mac: '02:00:00:00:01:08',
      macPinned: false,
      controller: 'lacp',
    });
  });

  it('joins the targets of ARP monitoring by commas', () => {
    expect(bonds.get('standby')?.options).toMatchObject({
      mode: 'active-backup',
      arp_ip_target: '10.0.0.1,10.0.0.2',
      primary: 'dummy2',
    });
  });

  it('knows options of 802.3ad only from a bond of that mode', () => {
    expect(bonds.get('lacp')?.options).toMatchObject({
      mode: '802.3ad',
      lacp_rate: 'fast',
      xmit_hash_policy: 'layer3+4',
      ad_actor_sys_prio: '65535',
      ad_user_port_key: '0',
    });
    expect(bonds.get('standby')?.options).not.toHaveProperty('ad_actor_sys_prio');
  });

  it('finds the bond of a VLAN with the highest id', () => {
    expect(bonds.get('lacp.4094')?.vlan).toEqual({ parent: 'lacp', id: 4094 });
  });

  it('names a controller that is neither bridge nor bond', () => {
    expect(bonds.get('eno3')?.controller).toBe('team0');
    expect(bonds.get('dummy0')?.controller).toBe('vrf0');
  });

  it('tells the protocol, flags and maps of VLANs', () => {
    expect(others.get('s.10')?.vlan).toEqual({
      parent: 'bond6',
      id: 10,
      protocol: '802.1ad',
      attributes: [
        ...['reorder_hdr', 'off', 'gvrp', 'on', 'loose_binding', 'on'],
        ...['ingress-qos-map', '1:2', '3:4', 'egress-qos-map', '0:5'],
      ],
    });
    expect(others.get('b.11')?.vlan).toEqual({ parent: 'bond6', id: 11 });
  });

  it('tells what ports of bridges are told, and no more than differs from what the kernel gives', () => {
    const told = [...others.values()].filter(({ controller }) => controller === 'br0');

    expect(told.map(({ name, port }) => [name, port])).toEqual([
      [
        'b.11',
        {
          options: { hairpin: 'on' },
          vlans: ['1 pvid untagged', '5'],
          entries: [
            '02:00:00:00:00:78 permanent',
            '02:00:00:00:00:78 permanent vlan 1',
            '02:00:00:00:00:78 permanent vlan 5',
          ],
        },
      ],
      [
        'd1',
        {
          options: { priority: '3', learning: 'off', neigh_suppress: 'on', isolated: 'on', cost: '70' },
          vlans: ['10 pvid untagged', '20-22'],
          entries: ['02:00:00:00:00:77 static vlan 10'],
        },
      ],
      ['d2', undefined],
      ['tap0', undefined],
    ]);
    expect(others.get('br0')?.vlans).toEqual(['1 pvid untagged', '10']);
    expect(layout3.get('br6')).not.toHaveProperty('vlans');
  });

  it('tells a port whose bridge filters VLANs that nobody can read', () => {
    const text = fixture('kernel-6.1/others-links.txt').replace('vlans seen', 'vlans unseen');

    const unseen = [...links.parse(text).values()].filter(({ hasUnseenVlans }) => hasUnseenVlans === true);

    expect(unseen.map(({ name }) => name)).toEqual(['b.11', 'br0', 'd1', 'd2', 'tap0']);
  });

  it('reads the table of VLANs as old tools print it', () => {
    const text = [
      'link br0 0x1003 1500 1 1 bridge 02:00:00:00:01:04',
      'option br0 vlan_filtering 1',
      ...['link eno4 0x1003 1500 1 0 - 02:00:00:00:01:05', 'port br0 eno4'],
      ...['link eno5 0x1003 1500 1 0 - 02:00:00:00:01:06', 'port br0 eno5'],
      ...['vlans seen', 'vids port\tvlan ids', 'vids eno4\t 10 PVID Egress Untagged', 'vids \t 20', 'vids '],
      ...['vids eno5\tNone', 'vids ', 'vids br0\t 1 PVID Egress Untagged', 'vids '],
    ].join('\n');

    const told = links.parse(text);

    expect(told.get('eno4')?.port).toEqual({ vlans: ['10 pvid untagged', '20'] });
    expect(told.get('eno5')?.port).toEqual({ vlans: [] });
    expect(told.get('br0')).not.toHaveProperty('vlans');
  });

  it('knows that a VLAN without any flag does not reorder headers', () => {
    const plain = links.parse(
      [
        'link p.12 0x1002 1500 1 2 vlan 02:00:00:00:01:04',
        'vlan p.12           | 12  | bond6',
        '29: p.12@bond6: <BROADCAST> mtu 1500 \\    vlan protocol 802.1Q id 12 addrgenmode eui64 ',
      ].join('\n'),
    );

    expect(plain.get('p.12')?.vlan).toEqual({
      parent: 'bond6',
      id: 12,
      attributes: ['reorder_hdr', 'off'],
    });
  });

  it('tells links of other kinds by what they are and what they sit on', () => {
    const told = [...others.values()].filter(({ lower }) => lower !== undefined);

    expect(told.map(({ name, kind, type, lower }) => [name, kind, type, lower])).toEqual([
      ['gre1', 'other', 'tunnel', ['bond6']],
      ['iv0', 'other', undefined, ['d0']],
      ['macvtap0', 'other', 'macvtap', ['bond6']],
      ['mv0', 'other', undefined, ['bond6']],
      ['vx0', 'other', 'vxlan', ['bond6']],
    ]);
  });

  it('leaves a tun device alone and calls a tap a tap', () => {
    expect(bonds.get('tun0')).toMatchObject({ kind: 'other', mac: '' });
    expect(crowd.get('vnet0')).toMatchObject({ kind: 'tap', mac: 'fe:54:00:00:00:01', controller: 'br0' });
  });

  it('reads names that a shell would expand or take for options', () => {
    expect([...crowd.keys()]).toEqual(['-n', '?', 'a*b', 'br0', 'lo', 'tun0', 'v', 'vnet0', 'w']);
    expect(crowd.get('-n')?.controller).toBe('a*b');
  });

  it('leaves out options that the kernel does not have', () => {
    expect(crowd.get('br0')?.options).not.toHaveProperty('vlan_filtering');
  });

  it.each([
    ['an answer without links', '', '/sys/class/net should list links and lists none'],
    [
      'a flag that is not a number',
      'link eth0 UP 1500 1 0 - -\n',
      'flags of link eth0 should be hexadecimal and are "UP"',
    ],
    [
      'an MTU that is not a number',
      'link eth0 0x1 - 1 0 - -\n',
      'mtu of link eth0 should be a number and is "-"',
    ],
    ['a line it does not know', 'hello\n', 'cannot read a line about links: "hello"'],
  ])('refuses %s', (_case, output, message) => {
    expect(() => links.parse(output)).toThrow(message);
  });

  it.each(shellRows)('reads this machine under %s as under sh', (_name, shell) => {
    const { stdout, stderr, code } = runScript(shell, links.script);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toBe(runScript(['sh'], links.script).stdout);
    expect(links.parse(stdout).get('lo')).toMatchObject({ kind: 'loopback', mac: '00:00:00:00:00:00' });
  });
});

describe('what a rollback must bring back of links', () => {
  function bridgeWith(options: LinkOptions): Links {
    const br0: Link = {
      name: 'br0',
      kind: 'bridge',
      up: true,
      mtu: 1500,
      mac: '52:54:00:00:00:01',
      macPinned: true,
      options,
    };
    return new Map([['br0', br0]]);
  }

  it('is not the ageing time of a bridge with spanning tree, which the kernel shortens by itself', () => {
    const before = links.comparable?.(
      bridgeWith({ stp_state: '1', forward_delay: '200', ageing_time: '30000' }),
    );
    const after = links.comparable?.(
      bridgeWith({ stp_state: '1', forward_delay: '200', ageing_time: '400' }),
    );

    expect(after).toEqual(before);
  });

  it('is the ageing time of a bridge without', () => {
    const before = links.comparable?.(bridgeWith({ stp_state: '0', ageing_time: '30000' }));
    const after = links.comparable?.(bridgeWith({ stp_state: '0', ageing_time: '400' }));

    expect(after).not.toEqual(before);
  });

  it('is not whether a MAC was pinned, which cannot be taken back', () => {
    const pinned = bridgeWith({});
    const free = new Map([...pinned].map(([name, link]) => [name, { ...link, macPinned: false }]));

    expect(links.comparable?.(free)).toEqual(links.comparable?.(pinned));
  });

  it('do not mind a guest that starts or stops meanwhile, but mind what becomes of one that stays', () => {
    const alone: Links = new Map([['vnet0', tap('vnet0', { controller: 'br0' })]]);
    const withGuest: Links = new Map([...alone, ['vnet1', tap('vnet1')]]);
    const lost: Links = new Map([['vnet0', tap('vnet0')]]);

    expect(links.comparable?.(withGuest, alone)).toEqual(links.comparable?.(alone, withGuest));
    expect(links.comparable?.(lost, alone)).not.toEqual(links.comparable?.(alone, lost));
  });
});
