import { describe, expect, it } from '@jest/globals';
import { ensureBond, ensureBridge } from '../../src/index.ts';
import type { Route, RoutingRule } from '../../src/model/link.ts';
import { ethernet, fakeHost } from '../../src/testing.ts';
import { kernelLines } from './support.ts';

const addresses = [
  { link: 'eno3', address: '10.0.0.2/24', broadcast: '10.0.0.255' },
  { link: 'eno4', address: '10.0.1.2/24', broadcast: '10.0.1.255' },
];
const multipath: Route = {
  family: 4,
  destination: 'default',
  metric: 100,
  nexthops: [
    { via: '10.0.0.1', link: 'eno3', weight: 3 },
    { via: '10.0.1.1', link: 'eno4' },
  ],
};
const rule: RoutingRule = { family: 4, priority: 100, words: 'from all iif eno3 lookup 100' };

function hostWith(options: { routes?: readonly Route[]; rules?: readonly RoutingRule[] }) {
  return fakeHost({
    vars: { network_backend: 'none' },
    links: ['eno3', 'eno4'].map((name) => ethernet(name, { up: true })),
    addresses,
    ...options,
  });
}

describe('a takeover', () => {
  it('moves the way of a multipath route to the bridge, and no other', async () => {
    const host = hostWith({ routes: [multipath] });

    const { changes } = await ensureBridge(host, { name: 'br0', takeover: 'eno3' });

    expect(kernelLines(changes).filter((line) => line.includes('route'))).toEqual([
      '- route default metric 100 nexthop via 10.0.0.1 dev eno3 weight 3 nexthop via 10.0.1.1 dev eno4',
      '+ route default metric 100 nexthop via 10.0.0.1 dev br0 weight 3 nexthop via 10.0.1.1 dev eno4',
    ]);
  });

  it('keeps type of service and MTU of a route', async () => {
    const route: Route = {
      family: 4,
      destination: '10.9.0.0/16',
      via: '10.0.0.1',
      link: 'eno3',
      attributes: ['tos', 'lowdelay', 'mtu', 'lock', '1400'],
    };
    const host = hostWith({ routes: [route] });

    await ensureBridge(host, { name: 'br0', takeover: 'eno3' });

    expect(host.routes).toEqual([{ ...route, link: 'br0' }]);
  });

  it('refuses a route that nobody could set again, before anything is touched', async () => {
    const host = hostWith({
      routes: [{ family: 4, destination: '10.9.0.0/16', via: '10.0.0.1', link: 'eno3', unsettable: 'encap' }],
    });

    await expect(ensureBridge(host, { name: 'br0', takeover: 'eno3' })).rejects.toThrow(
      'route 10.9.0.0/16 through eno3 has encap, which kvmplay cannot set again: it should be removed before this change',
    );
    expect(host.changes).toEqual([]);
  });

  it('moves the rules that name the NIC', async () => {
    const host = hostWith({ rules: [rule] });

    const { changes } = await ensureBridge(host, { name: 'br0', takeover: 'eno3' });

    expect(kernelLines(changes).slice(-2)).toEqual([
      '- rule 100 from all iif eno3 lookup 100',
      '+ rule 100 from all iif br0 lookup 100',
    ]);
  });

  it('is done once', async () => {
    const host = hostWith({ routes: [multipath], rules: [rule] });

    await ensureBridge(host, { name: 'br0', takeover: 'eno3' });
    const { changes } = await ensureBridge(host, { name: 'br0', takeover: 'eno3' });

    expect(changes).toEqual([]);
  });
});

describe('a bond', () => {
  it('takes no port that shares a route with another link', async () => {
    const host = hostWith({ routes: [multipath] });

    await expect(ensureBond(host, { name: 'bond0', mode: 'active-backup', ports: ['eno3'] })).rejects.toThrow(
      'route default leads through eno3 and eno4: it should be changed before eno3 loses its routes',
    );
  });
});

describe('files of initscripts', () => {
  const path = '/etc/sysconfig/network-scripts/';
  const files = { [`${path}ifcfg-eno3`]: 'DEVICE=eno3\nONBOOT=yes\nIPADDR=10.0.0.2\nPREFIX=24\n' };

  it('keep the attributes of a route that moves', async () => {
    const host = fakeHost({
      links: [ethernet('eno3', { up: true })],
      addresses: addresses.slice(0, 1),
      files: { ...files, [`${path}route-eno3`]: '10.9.0.0/16 via 10.0.0.1 dev eno3 mtu lock 1400\n' },
    });

    await ensureBridge(host, { name: 'br0', takeover: 'eno3' });

    expect(host.files.get(`${path}route-br0`)?.content).toBe(
      '10.9.0.0/16 via 10.0.0.1 dev br0 mtu lock 1400\n',
    );
  });

  it('cannot remember a multipath route, and say so', async () => {
    const host = fakeHost({
      links: ['eno3', 'eno4'].map((name) => ethernet(name, { up: true })),
      addresses,
      routes: [multipath],
    });

    await expect(ensureBridge(host, { name: 'br0', takeover: 'eno3' })).rejects.toThrow(
      'ifcfg files cannot hold the route default of br0: it has several next hops.',
    );
    expect(host.changes).toEqual([]);
  });
});
