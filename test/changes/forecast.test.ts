import { describe, expect, it } from '@jest/globals';
import { ensureAddress, ensureBond, ensureBridge, ensureVlan } from '../../src/index.ts';
import type { Change } from '../../src/model/change.ts';
import { describeDisruption, exceeds, type Forecast } from '../../src/model/forecast.ts';
import { forecastOf } from '../../src/changes/forecast.ts';
import type { Address, Link } from '../../src/model/link.ts';
import { bond, bridge, ethernet, fakeHost, tap, vlan, type FakeHost } from '../../src/testing.ts';

interface Start {
  readonly links: readonly Link[];
  readonly addresses?: readonly Address[];
  readonly sshLink?: string;
}

function foretell(changes: readonly Change[], { links, addresses = [], sshLink }: Start): Forecast {
  return forecastOf(changes, {
    links: new Map(links.map((link) => [link.name, link])),
    addresses,
    ...(sshLink !== undefined && { sshLink }),
  });
}

/** What tasks plan on a host that begins so, and what that does to it. */
async function foretellTasks(start: Start, tasks: (host: FakeHost) => Promise<unknown>): Promise<Forecast> {
  const { links, addresses = [] } = start;
  const host = fakeHost({ links, addresses });
  await tasks(host);
  return foretell(host.changes, start);
}

const address: Address = { link: 'eno3', address: '10.128.1.10/24' };
const onEno3: Start = { links: [ethernet('eno3')], addresses: [address], sshLink: 'eno3' };

/** The layout of the fleet: guests on VLANs of a bridge on a bond. */
const layout: readonly Link[] = [
  ethernet('eno4', { controller: 'bond6' }),
  ethernet('eno5', { controller: 'bond6' }),
  bond('bond6', 'balance-alb', { controller: 'br6' }),
  bridge('br6', { macPinned: true }),
  vlan('br6', 10, { controller: 'brvlan6-10' }),
  bridge('brvlan6-10', { macPinned: true }),
  tap('vnet0', { controller: 'brvlan6-10' }),
  tap('vnet1', { controller: 'brvlan6-10' }),
];

const mode = (was: string, will: string, more = {}): Change => ({
  kind: 'link.update',
  name: 'bond6',
  linkKind: 'bond',
  before: { options: { mode: was } },
  after: { options: { mode: will, ...more } },
});
const portRemove = (port: string, controller: string, controllerKind: 'bond' | 'bridge'): Change => ({
  kind: 'port.remove',
  port,
  controller,
  controllerKind,
  alone: { up: true, mtu: 1500 },
});
const portAdd = (port: string, controller: string, controllerKind: 'bond' | 'bridge'): Change =>
  ({
    ...portRemove(port, controller, controllerKind),
    kind: 'port.add',
  }) as Change;

describe('forecastOf', () => {
  it.each<[string, Start, (host: FakeHost) => Promise<unknown>, Partial<Forecast>]>([
    [
      'sees nothing in a bond, a bridge and VLANs beside what is in use',
      { ...onEno3, links: [...onEno3.links, ethernet('eno4'), ethernet('eno5')] },
      async (host) => {
        await ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: ['eno4', 'eno5'] });
        await ensureBridge(host, { name: 'br6', ports: ['bond6'] });
        await ensureVlan(host, { parent: 'br6', id: 10 });
        await ensureBridge(host, { name: 'brvlan6-10', ports: ['br6.10'] });
      },
      { disruption: 'none', seconds: 0, reasons: [], touchesSsh: false, guests: [] },
    ],
    [
      'sees nothing in one VLAN more on the layout, and no guest touched',
      { links: layout },
      async (host) => {
        await ensureVlan(host, { parent: 'br6', id: 11 });
        await ensureBridge(host, { name: 'brvlan6-11', ports: ['br6.11'] });
      },
      { disruption: 'none', guests: [] },
    ],
    [
      'calls it a blip when the address of SSH moves to a bridge',
      onEno3,
      (host) => ensureBridge(host, { name: 'br0', ports: ['eno3'], addresses: [address.address] }),
      {
        disruption: 'blip',
        seconds: 1,
        reasons: ['address 10.128.1.10/24 moves from eno3 to br0'],
        touchesSsh: true,
      },
    ],
    [
      'counts twice the forward delay when that bridge does STP',
      onEno3,
      (host) =>
        ensureBridge(host, {
          name: 'br0',
          ports: ['eno3'],
          stp: true,
          forwardDelay: 4,
          addresses: [address.address],
        }),
      {
        disruption: 'outage',
        seconds: 8,
        reasons: ['eno3 joins br0, which runs STP', 'address 10.128.1.10/24 moves from eno3 to br0'],
      },
    ],
    [
      'sees an address that is not replaced',
      onEno3,
      (host) => ensureAddress(host, { link: 'eno3', addresses: [address.address], state: 'absent' }),
      { disruption: 'outage', reasons: ['address 10.128.1.10/24 of eno3 is removed'], touchesSsh: true },
    ],
    [
      'sees nothing in a bridge that is removed and carries nothing',
      { links: [ethernet('eno5', { controller: 'br7' }), bridge('br7')] },
      (host) => ensureBridge(host, { name: 'br7', state: 'absent' }),
      { disruption: 'none' },
    ],
    [
      'sees guests lose their VLAN',
      { links: layout },
      (host) => ensureVlan(host, { parent: 'br6', id: 10, state: 'absent' }),
      {
        disruption: 'outage',
        reasons: ['brvlan6-10 is in use and loses its uplink br6.10'],
        guests: ['vnet0', 'vnet1'],
      },
    ],
  ])('%s', async (_, start, tasks, expected) => {
    expect(await foretellTasks(start, tasks)).toMatchObject(expected);
  });

  it.each<[string, Start, readonly Change[], Partial<Forecast>]>([
    [
      'calls it a blip when a NIC with a VLAN in use joins a bond',
      {
        links: [ethernet('eno4'), vlan('eno4', 5), bond('bond6', 'active-backup')],
        addresses: [{ link: 'eno4.5', address: '10.0.0.1/24' }],
      },
      [portAdd('eno4', 'bond6', 'bond')],
      { disruption: 'blip', reasons: ['eno4 is in use and joins bond6'] },
    ],
    [
      'sees nothing in a NIC that is down and joins a bond, whatever is on it',
      {
        links: [ethernet('eno4', { up: false }), vlan('eno4', 5), bond('bond6', 'active-backup')],
        addresses: [{ link: 'eno4', address: '10.0.0.1/24' }],
      },
      [portAdd('eno4', 'bond6', 'bond')],
      { disruption: 'none' },
    ],
    [
      'counts 90 s until a NIC in use has negotiated slow LACP',
      { ...onEno3, links: [...onEno3.links, bond('bond6', '802.3ad')] },
      [portAdd('eno3', 'bond6', 'bond')],
      { disruption: 'outage', seconds: 90, reasons: ['eno3 joins bond6, which negotiates LACP first'] },
    ],
    [
      'counts 3 s with fast LACP',
      { ...onEno3, links: [...onEno3.links, bond('bond6', '802.3ad', { options: { lacp_rate: 'fast' } })] },
      [portAdd('eno3', 'bond6', 'bond')],
      { disruption: 'outage', seconds: 3 },
    ],
    [
      'calls it a blip when another port negotiates already',
      {
        ...onEno3,
        links: [...onEno3.links, bond('bond6', '802.3ad'), ethernet('eno4', { controller: 'bond6' })],
      },
      [portAdd('eno3', 'bond6', 'bond')],
      { disruption: 'blip' },
    ],
    [
      'calls another mode a blip',
      { links: layout },
      [
        portRemove('eno4', 'bond6', 'bond'),
        portRemove('eno5', 'bond6', 'bond'),
        mode('balance-alb', 'active-backup'),
        portAdd('eno4', 'bond6', 'bond'),
        portAdd('eno5', 'bond6', 'bond'),
      ],
      { disruption: 'blip', guests: ['vnet0', 'vnet1'] },
    ],
    [
      'counts the negotiation of a bond that becomes 802.3ad',
      { links: layout },
      [
        portRemove('eno4', 'bond6', 'bond'),
        portRemove('eno5', 'bond6', 'bond'),
        mode('balance-alb', '802.3ad', { lacp_rate: 'fast' }),
        portAdd('eno4', 'bond6', 'bond'),
        portAdd('eno5', 'bond6', 'bond'),
      ],
      { disruption: 'outage', seconds: 3 },
    ],
    [
      'calls one port less a blip',
      { links: layout },
      [portRemove('eno4', 'bond6', 'bond')],
      { disruption: 'blip', reasons: ['bond6 loses its port eno4, but has another'] },
    ],
    [
      'sees an uplink that is not replaced',
      { links: layout },
      [portRemove('bond6', 'br6', 'bridge')],
      {
        disruption: 'outage',
        reasons: ['br6 is in use and loses its uplink bond6'],
        guests: ['vnet0', 'vnet1'],
      },
    ],
    [
      'calls an uplink that is replaced a blip',
      { links: [...layout, ethernet('eno6')] },
      [portRemove('bond6', 'br6', 'bridge'), portAdd('eno6', 'br6', 'bridge')],
      { disruption: 'blip' },
    ],
    [
      'sees a guest lose its bridge',
      { links: layout },
      [portRemove('vnet0', 'brvlan6-10', 'bridge')],
      { disruption: 'outage', reasons: ['the guest of vnet0 loses brvlan6-10'] },
    ],
    [
      'counts twice the forward delay when STP is turned on under guests',
      { links: layout },
      [
        {
          kind: 'link.update',
          name: 'br6',
          linkKind: 'bridge',
          before: { options: { stp_state: '0' } },
          after: { options: { stp_state: '1' } },
        },
      ],
      { disruption: 'outage', seconds: 30, reasons: ['STP of br6 is turned on'] },
    ],
    [
      'calls a link that goes down and up a blip, once for all above it',
      { links: layout },
      [false, true].map((up) => ({
        kind: 'link.update',
        name: 'br6',
        linkKind: 'bridge',
        before: { up: !up },
        after: { up },
      })),
      { disruption: 'blip', reasons: ['br6 goes down and up'], guests: ['vnet0', 'vnet1'] },
    ],
    [
      'sees a link that stays down',
      { links: layout },
      [{ kind: 'link.update', name: 'br6', linkKind: 'bridge', before: { up: true }, after: { up: false } }],
      { disruption: 'outage', reasons: ['br6 goes down'] },
    ],
    [
      'sees nothing in a link that nobody uses and that goes down',
      { links: [ethernet('eno5')] },
      [
        {
          kind: 'link.update',
          name: 'eno5',
          linkKind: 'ethernet',
          before: { up: true },
          after: { up: false },
        },
      ],
      { disruption: 'none' },
    ],
    [
      'calls a new MAC a blip, once for all VLANs that follow',
      { links: layout },
      [
        {
          kind: 'link.update',
          name: 'br6',
          linkKind: 'bridge',
          before: { mac: '52:54:00:00:00:01' },
          after: { mac: '52:54:00:00:00:02' },
        },
      ],
      {
        disruption: 'blip',
        reasons: ['the MAC of br6 becomes 52:54:00:00:00:02'],
      },
    ],
    [
      'sees nothing in a larger MTU of a bridge',
      { links: layout },
      [
        {
          kind: 'link.update',
          name: 'brvlan6-10',
          linkKind: 'bridge',
          before: { mtu: 1500 },
          after: { mtu: 9000 },
        },
      ],
      { disruption: 'none', guests: ['vnet0', 'vnet1'] },
    ],
    [
      'calls an MTU below that of guests a blip',
      { links: layout },
      [
        {
          kind: 'link.update',
          name: 'brvlan6-10',
          linkKind: 'bridge',
          before: { mtu: 1500 },
          after: { mtu: 1400 },
        },
      ],
      { disruption: 'blip', reasons: ['the MTU of brvlan6-10 falls below that of its guests'] },
    ],
    [
      'calls another MTU of a NIC in use a blip',
      onEno3,
      [
        {
          kind: 'link.update',
          name: 'eno3',
          linkKind: 'ethernet',
          before: { mtu: 1500 },
          after: { mtu: 9000 },
        },
      ],
      { disruption: 'blip', reasons: ['the MTU of eno3 becomes 9000'] },
    ],
    [
      'sees frames of VLANs dropped by a filter',
      { links: layout },
      [
        {
          kind: 'link.update',
          name: 'br6',
          linkKind: 'bridge',
          before: { options: { vlan_filtering: '0' } },
          after: { options: { vlan_filtering: '1' } },
        },
      ],
      {
        disruption: 'outage',
        reasons: ['br6 begins to filter VLANs: tagged frames are dropped until its ports carry their VLANs'],
      },
    ],
    [
      'sees a default route that is not replaced',
      onEno3,
      [
        {
          kind: 'route.delete',
          route: { family: 4, destination: 'default', via: '10.128.1.1', link: 'eno3' },
        },
      ],
      { disruption: 'outage', reasons: ['the default route of IPv4 is removed'], touchesSsh: true },
    ],
    [
      'calls a default route that is replaced a blip',
      onEno3,
      (['route.delete', 'route.add'] as const).map((kind, index) => ({
        kind,
        route: { family: 4, destination: 'default', via: `10.128.1.${index}`, link: 'eno3' },
      })),
      { disruption: 'blip', reasons: ['the default route of IPv4 is replaced'] },
    ],
    [
      'tells what goes with another link',
      { links: [bond('bond6', 'balance-alb'), vlan('bond6', 10)] },
      [
        { kind: 'link.delete', link: vlan('bond6', 10) },
        { kind: 'link.delete', link: bond('bond6', 'balance-alb') },
      ],
      { disruption: 'none', cascades: ['bond6.10 goes with bond6'] },
    ],
    [
      'tells what cannot be undone, and sees nothing in files and modules',
      onEno3,
      [
        { kind: 'module.load', name: 'bonding', parameters: {} },
        { kind: 'file.write', path: '/etc/x', mode: 0o644, after: '' },
      ],
      { disruption: 'none', irreversible: ['+ module bonding'], touchesSsh: false },
    ],
    [
      'finds SSH on a VLAN above what is touched',
      { links: layout, sshLink: 'br6.10' },
      [portRemove('eno4', 'bond6', 'bond')],
      { touchesSsh: true },
    ],
    [
      'does not find SSH below what is touched',
      { links: [ethernet('eno3'), vlan('eno3', 10)], sshLink: 'eno3' },
      [{ kind: 'link.delete', link: vlan('eno3', 10) }],
      { touchesSsh: false },
    ],
  ])('%s', (_, start, changes, expected) => {
    expect(foretell(changes, start)).toMatchObject(expected);
  });

  it('gives no seconds to what ends only when somebody undoes it', () => {
    expect(foretell([portRemove('bond6', 'br6', 'bridge')], { links: layout })).not.toHaveProperty('seconds');
  });

  it('does not guess which link carries SSH', () => {
    expect(foretell([portRemove('eno4', 'bond6', 'bond')], { links: layout })).not.toHaveProperty(
      'touchesSsh',
    );
  });
});

describe('describeDisruption', () => {
  it.each<[string, Pick<Forecast, 'disruption' | 'seconds'>]>([
    ['none', { disruption: 'none', seconds: 0 }],
    ['blip', { disruption: 'blip', seconds: 1 }],
    ['outage, up to 30 s', { disruption: 'outage', seconds: 30 }],
    ['outage until undone', { disruption: 'outage' }],
  ])('says %s', (text, forecast) => {
    expect(describeDisruption(forecast)).toBe(text);
  });
});

describe('exceeds', () => {
  it.each([
    ['none', 'none', false],
    ['blip', 'none', true],
    ['blip', 'blip', false],
    ['outage', 'blip', true],
    ['outage', 'outage', false],
  ] as const)('compares %s with %s', (disruption, most, expected) => {
    expect(exceeds({ disruption }, most)).toBe(expected);
  });
});
