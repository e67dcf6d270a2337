import { describe, expect, it } from '@jest/globals';
import { type DesiredVlan, ensureVlan, PlanError, TaskInputError } from 'kvmplay';
import { bond, bridge, ethernet, fakeHost, type FakeHostOptions, tap, vlan } from 'kvmplay/testing';
import { fileLines, ifcfg, kernelLines } from './support.ts';

const eno5 = ethernet('eno5');
const inBond: FakeHostOptions = {
  links: [bond('bond0', 'active-backup'), ethernet('eno5', { controller: 'bond0' })],
};

const refused: [string, FakeHostOptions, DesiredVlan, string][] = [
  [
    'a parent that does not exist',
    { links: [ethernet('eno3'), ethernet('eno4', { controller: 'br0' }), tap('vnet0')] },
    { parent: 'eno9', id: 10 },
    'parent eno9 of VLAN 10 does not exist: free NICs here are eno3',
  ],
  [
    "a bond's port as parent",
    inBond,
    { parent: 'eno5', id: 10 },
    'parent eno5 of VLAN 10 is a port of bond0: the VLAN belongs on the bond',
  ],
  [
    'a VLAN as parent',
    { links: [eno5, vlan('eno5', 10)] },
    { parent: 'eno5.10', id: 20, name: 'inner' },
    'parent eno5.10 of VLAN 20 is a VLAN, it should be a NIC, a bond or a bridge',
  ],
  [
    "a guest's tap as parent",
    { links: [tap('vnet0')] },
    { parent: 'vnet0', id: 10, name: 'guest.10' },
    'parent vnet0 of VLAN 10 is a tap, it should be a NIC, a bond or a bridge',
  ],
  [
    'an id that the parent has under another name',
    { links: [eno5, vlan('eno5', 10, { name: 'guests' })] },
    { parent: 'eno5', id: 10 },
    'VLAN 10 on eno5 exists as guests, not as eno5.10',
  ],
  [
    'a name that another kind of link has',
    { links: [eno5, bridge('lan')] },
    { parent: 'eno5', id: 10, name: 'lan' },
    'lan is a bridge, it should be a VLAN',
  ],
  [
    "an MTU above the parent's",
    { links: [eno5] },
    { parent: 'eno5', id: 10, mtu: 9000 },
    'mtu of VLAN 10 is 9000, it should be at most 1500, that of its parent eno5',
  ],
  [
    'a kernel without VLANs',
    { links: [eno5], platform: { modules: { bonding: 'present', '8021q': 'missing', bridge: 'present' } } },
    { parent: 'eno5', id: 10 },
    'kernel 3.10.0-957.el7.x86_64 has no module 8021q',
  ],
  [
    'a host without ip',
    { links: [eno5], platform: { tools: [] } },
    { parent: 'eno5', id: 10 },
    'kvm1 has no ip command (package iproute2)',
  ],
  [
    'a login without root',
    { links: [eno5], platform: { isRoot: false } },
    { parent: 'eno5', id: 10 },
    'the login user is not root: -b or ansible_become: true makes it root',
  ],
];

const badNames: [string, DesiredVlan, string][] = [
  [
    'a default name of more than 15 bytes, and proposes a shorter one',
    { parent: 'brvlan6-1000', id: 4094 },
    'ensureVlan brvlan6-1000.4094: name is "brvlan6-1000.4094" of 17 bytes, it should have at most 15, such as "brvlan6-10.4094"',
  ],
  [
    'two dots',
    { parent: 'eno5', id: 1, name: 'a.b.c' },
    'ensureVlan a.b.c: name is "a.b.c", the name of a VLAN should consist of letters, digits, - and _ and one dot',
  ],
  [
    "a name of libvirt's",
    { parent: 'eno5', id: 1, name: 'vnet7' },
    `ensureVlan vnet7: name is "vnet7", and names that begin with vnet belong to libvirt`,
  ],
  [
    'a name that the kernel keeps',
    { parent: 'eno5', id: 1, name: 'all' },
    'ensureVlan all: name is "all", which the kernel reserves for itself',
  ],
  [
    "its parent's name",
    { parent: 'eno5', id: 1, name: 'eno5' },
    'ensureVlan eno5: name is eno5, it should differ from that of the parent',
  ],
];

describe('ensureVlan', () => {
  it('makes a VLAN, up, with the MTU and the MAC of its parent', async () => {
    const host = fakeHost({ links: [ethernet('eno5', { mtu: 9000 })] });

    const { output } = await ensureVlan(host, { parent: 'eno5', id: 10 });

    expect(output).toEqual({ name: 'eno5.10' });
    expect(host.links.get('eno5.10')).toEqual(vlan('eno5', 10, { mtu: 9000, mac: eno5.mac }));
    expect(fileLines(host.changes)).toEqual(['+ ifcfg-eno5.10']);
  });

  it('brings its parent up first', async () => {
    const host = fakeHost({ links: [ethernet('eno5', { up: false })] });

    await ensureVlan(host, { parent: 'eno5', id: 10 });

    expect(kernelLines(host.changes)).toEqual([
      '+ module 8021q',
      '~ eno5 down → up',
      '+ vlan eno5.10 parent eno5 id 10',
    ]);
  });

  it('deletes and makes anew what has its name in another place, and restores what it had', async () => {
    const route = { family: 4, destination: '10.7.0.0/16', via: '10.0.10.1', link: 'guests' } as const;
    const host = fakeHost({
      links: [eno5, ethernet('eno4'), bridge('br0'), vlan('eno4', 10, { name: 'guests', controller: 'br0' })],
      addresses: [{ link: 'guests', address: '10.0.10.2/24' }],
      routes: [route],
    });

    await ensureVlan(host, { parent: 'eno5', id: 10, name: 'guests' });

    expect(kernelLines(host.changes)).toEqual([
      '+ module 8021q',
      '- route 10.7.0.0/16 via 10.0.10.1 on guests',
      '- address 10.0.10.2/24 on guests',
      '- guests port of br0',
      '- vlan guests parent eno4 id 10',
      '+ vlan guests parent eno5 id 10',
      '+ guests port of br0',
      '+ address 10.0.10.2/24 on guests',
      '+ route 10.7.0.0/16 via 10.0.10.1 on guests',
    ]);
  });

  it('gives a VLAN that was made before its bond had a port the MAC of the bond', async () => {
    const host = fakeHost({ links: [eno5, vlan('eno5', 10, { mac: '0e:00:00:00:00:09' })] });

    await ensureVlan(host, { parent: 'eno5', id: 10 });

    expect(host.links.get('eno5.10')?.mac).toBe(eno5.mac);
  });

  it('repairs a misspelt file though the kernel is right', async () => {
    const host = fakeHost({ links: [eno5] });
    await ensureVlan(host, { parent: 'eno5', id: 10 });
    const files = Object.fromEntries([...host.files].map(([path, { content }]) => [path, content]));
    const misspelt = {
      ...files,
      [ifcfg('eno5.10')]: (files[ifcfg('eno5.10')] ?? '').replace('VLAN=yes', 'VLAN=YES'),
    };

    const again = fakeHost({
      links: [...host.links.values()],
      files: misspelt,
      platform: { modules: { bonding: 'present', '8021q': 'present', bridge: 'present' } },
    });
    const { changes } = await ensureVlan(again, { parent: 'eno5', id: 10 });

    expect(kernelLines(changes)).toEqual([]);
    expect(fileLines(changes)).toEqual(['~ ifcfg-eno5.10']);
    expect(again.files.get(ifcfg('eno5.10'))?.content).toContain('VLAN=yes');
  });

  it('warns that a VLAN on a port of a bridge takes its frames away from the bridge', async () => {
    const host = fakeHost({ links: [bridge('br0'), ethernet('eno5', { controller: 'br0' })] });

    await ensureVlan(host, { parent: 'eno5', id: 10 });

    expect(host.warnings).toEqual(['VLAN 10 on eno5 takes its frames away from br0, whose port eno5 is']);
  });

  it('absent removes it by parent and id, whatever its name, and takes it out of its bridge first', async () => {
    const host = fakeHost({
      links: [eno5, bridge('br0'), vlan('eno5', 10, { name: 'guests', controller: 'br0' })],
    });

    await ensureVlan(host, { parent: 'eno5', id: 10, state: 'absent' });

    expect(kernelLines(host.changes)).toEqual(['- guests port of br0', '- vlan guests parent eno5 id 10']);
  });

  it('absent tells which addresses go along', async () => {
    const host = fakeHost({
      links: [eno5, vlan('eno5', 10)],
      addresses: [{ link: 'eno5.10', address: '10.0.10.2/24' }],
    });

    await ensureVlan(host, { parent: 'eno5', id: 10, state: 'absent' });

    expect(host.warnings).toEqual(['eno5.10 goes with 10.0.10.2/24']);
  });

  it('absent has nothing to do on a host without the parent', async () => {
    const { changed } = await ensureVlan(fakeHost(), { parent: 'br6', id: 10, state: 'absent' });

    expect(changed).toBe(false);
  });

  it.each(refused)('refuses %s', async (_, options, desired, sentence) => {
    const host = fakeHost(options);

    await expect(ensureVlan(host, desired)).rejects.toThrow(new PlanError(sentence));
    expect(host.changes).toEqual([]);
  });

  it.each(badNames)('refuses %s', (_, desired, sentence) => {
    expect(() => ensureVlan.task.validate(desired)).toThrow(new TaskInputError(sentence));
  });
});
