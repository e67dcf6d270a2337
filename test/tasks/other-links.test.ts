import { describe, expect, it } from '@jest/globals';
import { ensureBond, ensureBridge, ensureVlan } from 'kvmplay';
import { bond, bridge, ethernet, fakeHost, type FakeHostOptions, vlan } from 'kvmplay/testing';
import { forecastOf } from '../../src/changes/forecast.ts';
import type { Change } from '../../src/changes/index.ts';
import type { Link } from '../../src/model/link.ts';
import { linksBelow } from '../../src/model/links-below.ts';
import { checkTaskLaws } from '../../src/testing/task-laws.ts';
import { kernelLines } from './support.ts';

const bond6 = bond('bond6', 'active-backup', { options: { miimon: '100' } });
const macvtap = otherOn('bond6', 'macvtap0', 'macvtap');
const absent = { name: 'bond6', state: 'absent', mode: 1, ports: [] } as const;

function otherOn(lower: string, name: string, type?: string, more: Partial<Link> = {}): Link {
  return { ...ethernet(name), kind: 'other', lower: [lower], ...(type !== undefined && { type }), ...more };
}

const loaded = { modules: { bonding: 'present', '8021q': 'present', bridge: 'present' } } as const;

function hostWith(...links: readonly Link[]): FakeHostOptions {
  return { links, platform: loaded };
}

describe('a link that carries links of other kinds', () => {
  it('is not removed from below them', async () => {
    const host = fakeHost(
      hostWith(bond6, macvtap, otherOn('bond6', 'vx0', 'vxlan'), otherOn('bond6', 'mv0')),
    );

    await expect(ensureBond(host, absent)).rejects.toThrow(
      'bond6 carries macvtap0 (macvtap), vx0 (vxlan), mv0: they should be removed first',
    );
  });

  it('is not removed below a VLAN that carries one', async () => {
    const host = fakeHost(hostWith(bond6, vlan('bond6', 10), otherOn('bond6.10', 'macvtap0', 'macvtap')));

    await expect(ensureBond(host, absent)).rejects.toThrow(
      'bond6.10 carries macvtap0 (macvtap): it should be removed first',
    );
  });

  it.each([
    ['a bridge', ensureBridge, { name: 'br0', ports: ['eno4'] }, 'br0'],
    ['a bond', ensureBond, { name: 'bond1', mode: 1, ports: ['eno4'] }, 'bond1'],
  ] as const)(
    'does not become a port of %s, as the kernel gives their frames to one only',
    async (_, task, input, name) => {
      const host = fakeHost(hostWith(ethernet('eno4'), otherOn('eno4', 'macvtap0', 'macvtap')));

      await expect(task(host, input as never)).rejects.toThrow(
        `port eno4 of ${name} carries macvtap0 (macvtap), which should be removed first`,
      );
    },
  );

  it('becomes a port below a VXLAN, which does not mind', async () => {
    const host = fakeHost(hostWith(ethernet('eno4'), otherOn('eno4', 'vx0', 'vxlan')));

    await ensureBridge(host, { name: 'br0', ports: ['eno4'] });

    expect(host.links.get('eno4')?.controller).toBe('br0');
  });

  it('gives them back the MTU that they lose with its own', async () => {
    const links = [
      bridge('br0', { mtu: 9000, options: { forward_delay: '0' }, macPinned: true }),
      otherOn('br0', 'macvtap0', 'macvtap', { mtu: 9000 }),
    ];
    const wanted = { name: 'br0', mtu: 1500 };
    const host = fakeHost(hostWith(...links));

    await ensureBridge(host, wanted);

    expect(kernelLines(host.changes)).toEqual(['~ macvtap0 mtu 9000 → 1500', '~ br0 mtu 9000 → 1500']);
    expect(await checkTaskLaws(ensureBridge, wanted, hostWith(...links))).toBe('changed');
  });

  it('disrupts the guests on them, and the session that runs over one', () => {
    const links = new Map([bond6, macvtap, otherOn('bond6', 'mv0')].map((link) => [link.name, link]));
    const down: Change = {
      kind: 'link.update',
      name: 'bond6',
      linkKind: 'bond',
      before: { up: true },
      after: { up: false },
    };

    const forecast = forecastOf([down], { links, addresses: [], sshLink: 'mv0' });

    expect(forecast).toMatchObject({ disruption: 'outage', guests: ['macvtap0'], touchesSsh: true });
    expect([...linksBelow(links, 'mv0')]).toEqual(['mv0', 'bond6']);
  });

  it('does not leave a controller of another kind, which could not take it back', async () => {
    const team: Link = { ...ethernet('team0'), kind: 'other' };
    const host = fakeHost(hostWith({ ...bond6, controller: 'team0' }, team));

    await expect(ensureBond(host, absent)).rejects.toThrow(
      'bond6 is a port of team0, which is no bond or bridge: it should leave it first',
    );
  });
});

describe('a VLAN of 802.1ad', () => {
  const outer = vlan('eno4', 10, { name: 'outer' });
  const place = { parent: 'eno4', id: 10, protocol: '802.1ad', attributes: ['egress-qos-map', '0:5'] };

  it('comes back as it was when its parent is taken back', async () => {
    const links = [bond6, { ...outer, vlan: { ...place, parent: 'bond6' } }];
    const host = fakeHost(hostWith(...links));

    await ensureBond(host, absent);

    expect(kernelLines(host.changes)).toContain('- vlan outer parent bond6 id 10 802.1ad egress-qos-map 0:5');
    expect(await checkTaskLaws(ensureBond, absent, hostWith(...links))).toBe('changed');
  });

  it('is none of the ids of 802.1Q', async () => {
    const host = fakeHost(hostWith(ethernet('eno4'), { ...outer, vlan: place }));

    await ensureVlan(host, { parent: 'eno4', id: 10 });

    expect(host.links.get('eno4.10')?.vlan).toEqual({ parent: 'eno4', id: 10 });
  });

  it('is not replaced by one of 802.1Q', async () => {
    const host = fakeHost(hostWith(ethernet('eno4'), { ...outer, name: 'eno4.10', vlan: place }));

    await expect(ensureVlan(host, { parent: 'eno4', id: 10 })).rejects.toThrow(
      'eno4.10 is an 802.1ad VLAN, it should be an 802.1Q VLAN',
    );
  });

  it('gets no ifcfg file, which could not say so', async () => {
    const host = fakeHost(hostWith(ethernet('eno4'), { ...outer, vlan: place }));

    await expect(ensureBridge(host, { name: 'br0', ports: ['outer'] })).rejects.toThrow(
      'ifcfg files cannot hold that VLAN outer is one of 802.1ad',
    );
  });

  it('keeps its flags and maps where it moves', async () => {
    const held = { ...outer, vlan: { parent: 'eno4', id: 11, attributes: ['gvrp', 'on'] } };
    const host = fakeHost(hostWith(ethernet('eno4'), held));

    await ensureVlan(host, { parent: 'eno4', id: 10, name: 'outer' });

    expect(host.links.get('outer')?.vlan).toEqual({ parent: 'eno4', id: 10, attributes: ['gvrp', 'on'] });
  });
});
