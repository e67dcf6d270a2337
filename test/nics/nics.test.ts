import { describe, expect, it } from '@jest/globals';
import {
  ensureBond,
  ensureBridge,
  ensureVlan,
  type Host,
  InventoryError,
  nics,
  nicSelectors,
  PlanError,
  play,
} from '../../src/index.ts';
import type { Address, Route } from '../../src/model/link.ts';
import { bond, bridge, ethernet, fakeHost, type FakeHostOptions, tap, vlan } from '../../src/testing.ts';

const macs = ['52:54:00:00:01:03', '52:54:00:00:01:04', '52:54:00:00:01:05'] as const;
const addresses: readonly Address[] = [
  { link: 'eno3', address: '10.128.1.11/24', broadcast: '10.128.1.255' },
];
const defaultRoute: Route = { family: 4, destination: 'default', via: '10.128.1.1', link: 'eno3' };

/** A host with three NICs, the first of which has the default route. */
function hostWith(mapping: unknown, more: FakeHostOptions<unknown> = {}) {
  return fakeHost<unknown>({
    vars: { nics: mapping },
    links: ['eno3', 'eno4', 'eno5'].map((name, index) => ethernet(name, { mac: macs[index] ?? '' })),
    nics: {
      eno3: { driver: 'ixgbe', pci: '0000:01:00.0' },
      eno4: { driver: 'ixgbe', pci: '0000:01:00.1' },
      eno5: { driver: 'i40e', pci: '0000:0a:00.0' },
    },
    addresses,
    routes: [defaultRoute],
    ...more,
  });
}

async function uplink(selector: unknown, more: FakeHostOptions<unknown> = {}): Promise<string> {
  return (await nics(hostWith({ uplink: selector }, more), ['uplink'])).uplink;
}

async function refusalOf(asked: Promise<unknown>): Promise<PlanError | InventoryError> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof PlanError || error instanceof InventoryError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('nics', () => {
  it.each<[string, unknown, string]>([
    ['name', { name: 'eno4' }, 'eno4'],
    ['the first of several names that is there', { name: ['em4', 'eno5', 'eno4'] }, 'eno5'],
    ['MAC', { mac: '52:54:00:00:01:04' }, 'eno4'],
    ['MAC in capital letters, as ifcfg files have it', { mac: '52:54:00:00:01:04'.toUpperCase() }, 'eno4'],
    ['driver', { driver: 'i40e' }, 'eno5'],
    ['PCI slot', { pci: '0000:01:00.1' }, 'eno4'],
    ['PCI slot as lspci has it', { pci: '0A:00.0' }, 'eno5'],
    ['default route', { carriesDefaultRoute: true }, 'eno3'],
    ['default route as an INI inventory may say it', { carriesDefaultRoute: 'yes' }, 'eno3'],
    ['two signs together', { driver: 'ixgbe', mac: macs[1] }, 'eno4'],
    ['driver and the first of several names', { driver: 'ixgbe', name: ['eno5', 'eno4'] }, 'eno4'],
  ])('knows a NIC by its %s', async (_, selector, link) => {
    expect(await uplink(selector)).toBe(link);
  });

  it('answers for the names that are asked, and no others', async () => {
    const host = hostWith({ a: { name: 'eno4' }, b: { name: 'eno3' }, gone: { name: 'eno99' } });

    expect(await nics(host, ['b', 'a', 'b'])).toEqual({ b: 'eno3', a: 'eno4' });
  });

  it.each<[string, FakeHostOptions]>([
    ['a bridge', { links: [ethernet('eno3', { controller: 'br3' }), bridge('br3'), ethernet('eno4')] }],
    [
      'a bridge with guests',
      {
        links: [ethernet('eno3', { controller: 'br3' }), bridge('br3'), tap('vnet0', { controller: 'br3' })],
      },
    ],
    ['a VLAN', { links: [ethernet('eno3'), vlan('eno3', 7, { name: 'br3' }), ethernet('eno4')] }],
    [
      'a bridge over a VLAN over a bond with one port',
      {
        links: [
          ethernet('eno3', { controller: 'bond6' }),
          bond('bond6', 'active-backup'),
          vlan('bond6', 7, { controller: 'br3' }),
          bridge('br3'),
        ],
      },
    ],
  ])('follows the default route down through %s', async (_, more) => {
    const routes = [{ ...defaultRoute, link: 'br3' }];

    expect(await uplink({ carriesDefaultRoute: true }, { ...more, routes })).toBe('eno3');
  });

  it('takes the default route that the kernel takes', async () => {
    const backup: Route = { ...defaultRoute, link: 'eno5', metric: 100 };
    const six: Route = { family: 6, destination: 'default', via: 'fe80::1', link: 'eno4' };

    expect(await uplink({ carriesDefaultRoute: true }, { routes: [backup, six, defaultRoute] })).toBe('eno3');
    expect(await uplink({ carriesDefaultRoute: true }, { routes: [backup, six] })).toBe('eno5');
    expect(await uplink({ carriesDefaultRoute: true }, { routes: [six] })).toBe('eno4');
  });

  it('prefers hardware to veth ends, and takes those where there is none', async () => {
    const ends = { eno3: { driver: 'veth' }, eno4: { driver: 'veth' } };
    const links = [
      ethernet('eno3', { controller: 'br3' }),
      ethernet('eno4', { controller: 'br3' }),
      ethernet('eno5', { controller: 'br3' }),
      bridge('br3'),
    ];
    const routes = [{ ...defaultRoute, link: 'br3' }];

    expect(await uplink({ carriesDefaultRoute: true }, { links, routes, nics: ends })).toBe('eno5');
    expect(await uplink({ name: 'eno4' }, { nics: ends })).toBe('eno4');
    expect(await uplink({ carriesDefaultRoute: true }, { nics: ends })).toBe('eno3');
  });

  it('tells the ports of a bond with the default route apart by what else is known of them', async () => {
    const ports = { carrier: { carriesDefaultRoute: true }, second: { mac: macs[1] } };
    const asked = ['carrier', 'second'];
    const host = hostWith(ports);

    const first = await nics(host, asked);
    await ensureBond(host, { name: 'bond6', mode: 'active-backup', ports: Object.values(first) });
    await ensureBridge(host, {
      name: 'br3',
      ports: ['bond6'],
      addresses: ['10.128.1.11/24'],
      gateway: '10.128.1.1',
    });

    expect(first).toEqual({ carrier: 'eno3', second: 'eno4' });
    expect(host.routes).toEqual([expect.objectContaining({ link: 'br3' })]);
    expect(await nics(host, asked)).toEqual(first);
  });

  it.each<[string, unknown, string]>([
    [
      'no NIC fits',
      { mac: '52:54:00:00:01:99', driver: 'ixgbe' },
      'uplink of kvm1 should be the NIC with MAC 52:54:00:00:01:99, with driver ixgbe, and there is none',
    ],
    [
      'none of the names is there',
      { name: ['em3', 'p1p1'] },
      'uplink of kvm1 should be the NIC named em3 or p1p1, and there is none',
    ],
    [
      'several fit',
      { driver: 'ixgbe' },
      'uplink of kvm1 should be the one NIC with driver ixgbe, and there are eno3, eno4',
    ],
    [
      'the NIC with the default route is another',
      { carriesDefaultRoute: true, name: 'eno5' },
      'uplink of kvm1 should be the NIC named eno5, under the default route, and there is none: the default route leaves through eno3',
    ],
  ])('says so, and what NICs there are, when %s', async (_, selector, message) => {
    const error = await refusalOf(uplink(selector));

    expect(error).toBeInstanceOf(PlanError);
    expect(error.message).toBe(message);
    expect(error.details).toEqual([
      'eno3             52:54:00:00:01:03  ixgbe         0000:01:00.0  default route',
      'eno4             52:54:00:00:01:04  ixgbe         0000:01:00.1',
      'eno5             52:54:00:00:01:05  i40e          0000:0a:00.0',
    ]);
  });

  it('does not guess which port of a bond is meant', async () => {
    const links = ['eno3', 'eno4'].map((name) => ethernet(name, { controller: 'bond6' }));
    const routes = [{ ...defaultRoute, link: 'bond6' }];
    const host = { links: [...links, bond('bond6', '802.3ad')], routes };

    const error = await refusalOf(uplink({ carriesDefaultRoute: true }, host));

    expect(error.message).toBe(
      'uplink of kvm1 should be the one NIC under the default route, and there are eno3, eno4: ' +
        'the default route leaves through bond6; say which by its mac',
    );
    expect(await uplink({ carriesDefaultRoute: true, pci: '01:00.1' }, host)).toBe('eno4');
  });

  it('says so when a host has no default route', async () => {
    const error = await refusalOf(uplink({ carriesDefaultRoute: true }, { routes: [] }));

    expect(error.message).toBe(
      'uplink of kvm1 should be the NIC under the default route, and there is none: the host has no default route',
    );
  });

  it('does not take one NIC for two', async () => {
    const host = hostWith({ uplink0: { name: 'eno5' }, uplink1: { driver: 'i40e' } });

    const error = await refusalOf(nics(host, ['uplink0', 'uplink1']));

    expect(error.message).toBe('uplink0 and uplink1 of kvm1 should be two NICs, and both are eno5');
  });

  it('lists no more NICs than a screen holds', async () => {
    const links = Array.from({ length: 30 }, (_, index) => ethernet(`eth${String(index)}`));

    const { details } = await refusalOf(
      uplink({ name: 'eno3' }, { links, nics: { eth29: { driver: 'x' } } }),
    );

    expect(details).toHaveLength(21);
    expect(details.at(-1)).toBe('and 10 more');
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown selector',
      { uplink: { drivr: 'ixgbe' } },
      'variables of kvm1: nics.uplink unknown field drivr, did you mean driver?',
    ],
    [
      'a MAC that is none',
      { uplink: { mac: '52:54:00' } },
      'variables of kvm1: nics.uplink.mac is "52:54:00", it should be a MAC address of one device, such as "52:54:00:12:34:56"',
    ],
    [
      'a PCI slot that is none',
      { uplink: { pci: '1:0' } },
      'variables of kvm1: nics.uplink.pci is "1:0", it should be a slot of the PCI bus, such as "0000:01:00.0"',
    ],
    [
      'a name that no link can have',
      { uplink: { name: ['eno 3'] } },
      'variables of kvm1: nics.uplink.name is ["eno 3"], it should be the name of a link, or a list of names',
    ],
    [
      'a default route that must not be there',
      { uplink: { carriesDefaultRoute: false } },
      'variables of kvm1: nics.uplink.carriesDefaultRoute is false, it should be true, or not there',
    ],
    [
      'a selector that says nothing',
      { uplink: {} },
      'variables of kvm1: nics.uplink is {}, it should be a selector that says one of name, mac, driver, pci and carriesDefaultRoute',
    ],
    [
      'a name in place of a selector',
      { uplink: 'eno3' },
      'variables of kvm1: nics.uplink is "eno3", it should be a selector, such as { name: eno3 }',
    ],
    [
      'a list',
      ['eno3'],
      'variables of kvm1: nics is ["eno3"], it should be names with a selector each, such as { uplink0: { mac: "52:54:00:12:34:56" } }',
    ],
    ['a misspelt name', { uplnk: { name: 'eno3' } }, 'nics.uplink of kvm1 is missing, is it uplnk?'],
    ['another name', { storage: { name: 'eno3' } }, 'nics.uplink of kvm1 is missing, there are storage'],
    ['no name', {}, 'nics.uplink of kvm1 is missing, there is none'],
    ['nothing', undefined, 'kvm1 should have a variable nics that says which NICs uplink are'],
  ])('refuses %s', async (_, mapping, message) => {
    const error = await refusalOf(nics(hostWith(mapping), ['uplink']));

    expect(error).toBeInstanceOf(InventoryError);
    expect(error.message).toBe(message);
  });

  it('names file and line of the variable', async () => {
    const place = { file: 'host_vars/kvm1.yml', line: 3 };
    const at = (mapping: unknown): Host<unknown> =>
      Object.assign(hostWith(mapping), { varPlace: (name: string) => (name === 'nics' ? place : undefined) });

    const messages = await Promise.all(
      [{ uplink: { name: 'em3' } }, { uplink: { mac: 'x' } }, undefined].map(
        async (mapping) => (await refusalOf(nics(at(mapping), ['uplink']))).message,
      ),
    );

    expect(messages).toEqual([
      'host_vars/kvm1.yml:3: uplink of kvm1 should be the NIC named em3, and there is none',
      expect.stringMatching(
        /^host_vars\/kvm1\.yml:3: variables of kvm1: nics\.uplink\.mac is "x", it should/,
      ),
      "host_vars/kvm1.yml:3: the play's schema leaves out the variable nics of kvm1, it should have `nics: nicSelectors()`",
    ]);
  });
});

describe('a play with nics', () => {
  const bridgeUplink = play<unknown>({
    name: 'bridge of the NIC with the address',
    hosts: 'kvm',
    async run(host) {
      const { uplink0, uplink1 } = await nics(host, ['uplink0', 'uplink1']);
      await ensureBridge(host, {
        name: 'br3',
        ports: [uplink0],
        addresses: ['10.128.1.11/24'],
        gateway: '10.128.1.1',
      });
      // What was planned so far is folded in.
      expect(await nics(host, ['uplink0'])).toEqual({ uplink0 });
      const tagged = await ensureVlan(host, { parent: uplink1, id: 10 });
      await ensureBridge(host, { name: 'brvlan-10', ports: [tagged.output.name] });
    },
  });

  it.each([
    ['eno3', 'eno5'],
    ['em3', 'p2p1'],
  ])('means %s and %s, and the second time changes nothing', async (first, second) => {
    const host = fakeHost<unknown>({
      vars: { nics: { uplink0: { carriesDefaultRoute: true }, uplink1: { driver: 'i40e' } } },
      links: [ethernet(first), ethernet(second)],
      nics: { [second]: { driver: 'i40e' } },
      addresses: [{ link: first, address: '10.128.1.11/24', broadcast: '10.128.1.255' }],
      routes: [{ ...defaultRoute, link: first }],
    });

    await bridgeUplink.run(host);
    const { length } = host.changes;
    await bridgeUplink.run(host);

    expect(host.links.get(first)?.controller).toBe('br3');
    expect(host.links.get(`${second}.10`)?.controller).toBe('brvlan-10');
    expect(host.routes).toEqual([expect.objectContaining({ link: 'br3' })]);
    expect(host.changes).toHaveLength(length);
  });
});

describe('nicSelectors', () => {
  const { validate } = nicSelectors('uplink0')['~standard'];

  it('takes a mapping with more than it asks for', async () => {
    const value = { uplink0: { name: 'eno3' }, storage: { pci: '01:00.0' } };

    expect(await validate(value)).toEqual({
      value: { uplink0: { name: 'eno3' }, storage: { pci: '0000:01:00.0' } },
    });
  });

  it.each<[string, unknown, string, PropertyKey[]]>([
    ['is malformed', { uplink0: { mac: 'x' } }, 'should be a MAC address', ['uplink0', 'mac']],
    ['has an unknown field', { uplink0: { drivr: 'x' } }, 'unknown field drivr', ['uplink0']],
    ['is missing', { uplink1: { name: 'eno3' } }, 'is missing, is it uplink1?', ['uplink0']],
    ['is no mapping', 'eno3', 'should be names with a selector each', []],
  ])('tells where one %s', async (_, value, message, path) => {
    const { issues } = await validate(value);

    expect(issues).toEqual([expect.objectContaining({ message: expect.stringContaining(message), path })]);
  });
});
