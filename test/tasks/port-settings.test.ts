import { describe, expect, it } from '@jest/globals';
import { ensureBridge, ensureVlan } from 'kvmplay';
import { bridge, ethernet, fakeHost, type FakeHostOptions, vlan } from 'kvmplay/testing';
import { checkTaskLaws } from '../../src/testing/task-laws.ts';
import type { Link, PortSettings } from '../../src/model/link.ts';
import { kernelLines } from './support.ts';

const told: PortSettings = {
  options: { isolated: 'on', learning: 'off' },
  vlans: ['10 pvid untagged', '20-22'],
  entries: ['02:00:00:00:00:77 static vlan 10'],
};
const br0 = bridge('br0', { options: { forward_delay: '0', vlan_filtering: '1', default_pvid: '7' } });
const modules = { bonding: 'present', '8021q': 'present', bridge: 'present' } as const;
const absent = { name: 'br0', state: 'absent' } as const;

function hostWith(...links: readonly Link[]): FakeHostOptions {
  return { links, platform: { modules } };
}

describe('what a port of a bridge is told', () => {
  const links = [
    { ...br0, vlans: ['1 pvid untagged', '10'] },
    { ...ethernet('eno4', { controller: 'br0' }), port: told },
  ];

  it('stands in the plan that makes it leave', async () => {
    const host = fakeHost(hostWith(...links));

    await ensureBridge(host, absent);

    expect(kernelLines(host.changes)).toEqual([
      '- eno4 port of br0 isolated on learning off VLANs 10 pvid untagged, 20-22 entries 02:00:00:00:00:77 static vlan 10',
      '- bridge br0',
    ]);
    expect(host.links.get('eno4')).not.toHaveProperty('port');
  });

  it('comes back when the port does', async () => {
    expect(await checkTaskLaws(ensureBridge, absent, hostWith(...links))).toBe('changed');
  });

  it('comes back to a VLAN that is made anew in its bridge', async () => {
    const held = { ...vlan('eno4', 11, { name: 'outer', controller: 'br0' }), port: told };
    const host = fakeHost(hostWith(br0, ethernet('eno4'), held));

    await ensureVlan(host, { parent: 'eno4', id: 10, name: 'outer' });

    expect(host.links.get('outer')).toMatchObject({ controller: 'br0', port: told });
  });

  it.each([
    ['a port', 'eno4', [br0, { ...ethernet('eno4', { controller: 'br0' }), hasUnseenVlans: true }]],
    ['a bridge', 'br0', [{ ...br0, hasUnseenVlans: true }]],
  ])('is a reason to refuse when nobody can tell the VLANs of %s', async (_, name, all) => {
    const host = fakeHost(hostWith(...all));

    await expect(ensureBridge(host, absent)).rejects.toThrow(
      `the VLANs of ${name} cannot be read: the host should have the bridge command (package iproute2)`,
    );
  });
});

describe('a bridge whose MAC follows its ports', () => {
  it('would be made again with the MAC that it has, not with that of its last port', async () => {
    const first = ethernet('eno4', { controller: 'br0', mac: '52:54:00:00:00:01' });
    const last = ethernet('eno5', { controller: 'br0', mac: '52:54:00:00:00:02' });
    const host = fakeHost(hostWith({ ...br0, mac: first.mac }, first, last));

    await ensureBridge(host, absent);

    expect(host.changes.find(({ kind }) => kind === 'link.delete')).toMatchObject({
      link: { name: 'br0', mac: first.mac, macPinned: true },
    });
  });
});
