import { describe, expect, it } from '@jest/globals';
import { defaultRoutes } from '../../src/facts/default-routes.ts';
import { nics } from '../../src/facts/nics.ts';
import type { Change } from '../../src/model/change.ts';
import { fixture } from './shells.ts';

describe('nics', () => {
  it('knows the ports of a bond by their own MACs', () => {
    const found = nics.parse(fixture('kernel-6.1/nics-nics.txt'));

    expect([...found.values()].slice(0, 5)).toEqual([
      { name: 'eno1', mac: '52:54:00:00:01:01', driver: 'uml-vector' },
      { name: 'eno3', mac: '52:54:00:00:01:03', driver: 'veth' },
      { name: 'eno4', mac: '52:54:00:00:01:04', driver: 'veth' },
      { name: 'eno5', mac: '52:54:00:00:01:05', driver: 'veth' },
      { name: 'eno9', mac: '52:54:00:00:01:09', driver: 'uml-vector' },
    ]);
  });

  it('knows driver and PCI slot of a virtio device', () => {
    const found = nics.parse(fixture('kernel-6.18/virtio-nics.txt'));

    expect([...found.values()]).toEqual([
      { name: 'eth0', mac: '02:fc:00:00:00:01', driver: 'virtio_net', pci: '0000:00:03.0' },
    ]);
  });

  it('refuses a line that it does not know', () => {
    expect(() => nics.parse('nick eth0\n')).toThrow('cannot read a line about NICs: "nick eth0"');
  });

  it('follows a MAC that a plan sets', () => {
    const found = nics.parse('nic eno3 52:54:00:00:01:03 ixgbe 0000:01:00.0\n');
    const [before, after] = ['52:54:00:00:01:03', '52:54:00:00:01:33'].map((mac) => ({ mac }));
    const change = {
      kind: 'link.update',
      linkKind: 'ethernet',
      name: 'eno3',
      before: before ?? {},
      after: after ?? {},
    } as const;

    expect(nics.after(found, change).get('eno3')?.mac).toBe('52:54:00:00:01:33');
    expect(nics.after(found, { ...change, name: 'br3' })).toBe(found);
  });
});

describe('defaultRoutes', () => {
  const route = { family: 4, destination: 'default', via: '10.128.1.1', link: 'eno3' } as const;
  const start = defaultRoutes.parse(fixture('kernel-6.1/nics-default-routes.txt'));

  it('refuses a line that it does not know', () => {
    expect(() => defaultRoutes.parse('5 eth0 0\n')).toThrow(
      'cannot read a line about default routes: "5 eth0 0"',
    );
  });

  it('follows a route that a plan moves', () => {
    const changes: Change[] = [
      { kind: 'route.delete', route },
      { kind: 'route.add', route: { ...route, link: 'br3', metric: 5 } },
      { kind: 'route.add', route: { ...route, family: 6, link: 'br3' } },
    ];

    const moved = changes.reduce((value, change) => defaultRoutes.after(value, change), start);

    expect(start).toEqual([{ family: 4, link: 'eno3', metric: 0 }]);
    expect(moved).toEqual([
      { family: 4, link: 'br3', metric: 5 },
      { family: 6, link: 'br3', metric: 1024 },
    ]);
  });

  it.each<[string, Change]>([
    ['to somewhere', { kind: 'route.add', route: { ...route, destination: '10.0.0.0/8' } }],
    ['of another table', { kind: 'route.add', route: { ...route, table: '100' } }],
    ['that leads nowhere', { kind: 'route.add', route: { ...route, type: 'blackhole' } }],
    ['of another metric that goes', { kind: 'route.delete', route: { ...route, metric: 7 } }],
  ])('does not care about a route %s', (_, change) => {
    expect(defaultRoutes.after(start, change)).toBe(start);
  });

  it('loses a route with its link', () => {
    const link = { name: 'eno3', kind: 'ethernet', up: true, mtu: 1500, mac: '', macPinned: false } as const;

    expect(defaultRoutes.after(start, { kind: 'link.delete', link })).toEqual([]);
  });
});
