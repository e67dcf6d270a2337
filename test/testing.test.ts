import { describe, expect, it } from '@jest/globals';
import { defineTask, ensureBridge, ensureVlan, RolledBackError, UsageError } from 'kvmplay';
import { bond, bridge, ethernet, fakeHost, type FakeHostOptions, tap, vlan } from 'kvmplay/testing';
import * as z from 'zod';
import type { Change } from '../src/model/change.ts';
import type { Fact } from '../src/model/fact.ts';
import type { Link } from '../src/model/link.ts';

/** A task that plans whatever it is told. */
const make = defineTask({
  name: 'make',
  schema: z.custom<readonly Change[]>(),
  facts: {},
  subject: () => 'it',
  plan: (changes) => ({ changes, warnings: [] }),
  output: () => undefined,
});

const eno3 = ethernet('eno3');
const alone = { up: true, mtu: 1500 };
const bondUp = bond('bond0', 'active-backup', { options: { miimon: '100' } });

function update(link: Link, after: Extract<Change, { kind: 'link.update' }>['after']): Change {
  return { kind: 'link.update', name: link.name, linkKind: link.kind, before: {}, after };
}

function create(link: Link): Change {
  return { kind: 'link.create', link };
}

const refused: [string, FakeHostOptions, Change, string][] = [
  ['a name of 16 bytes', {}, create(bridge('bridge-of-guests')), 'Attribute failed policy validation.'],
  ['a name with a colon', {}, create(bridge('br:1')), 'Invalid argument'],
  ['a name that is taken', { links: [eno3] }, create(bridge('eno3')), 'File exists'],
  ['a name that sysfs has', {}, create(bond('bonding_masters', 'broadcast')), 'File exists'],
  ['a VLAN without its parent', {}, create(vlan('eno3', 10)), 'Cannot find device "eno3"'],
  [
    'an id twice on a parent',
    { links: [eno3, vlan('eno3', 10)] },
    create(vlan('eno3', 10, { name: 'other' })),
    '8021q: VLAN device already exists.',
  ],
  ['id 4095', { links: [eno3] }, create(vlan('eno3', 4095)), 'Invalid VLAN id.'],
  [
    "a VLAN above its parent's MTU",
    { links: [eno3] },
    create(vlan('eno3', 10, { mtu: 9000 })),
    'Numerical result out of range',
  ],
  [
    'a VLAN that is up on a parent that is down',
    { links: [ethernet('eno3', { up: false })] },
    create(vlan('eno3', 10)),
    'Network is down',
  ],
  [
    'a bond option that the mode forbids',
    {},
    create({ ...bondUp, options: { mode: 'balance-alb', lacp_rate: 'fast' } }),
    'option lacp_rate: mode dependency failed, not supported in mode balance-alb',
  ],
  [
    'a delay of a bond that does not look',
    {},
    create({ ...bondUp, options: { mode: 'balance-alb', updelay: '100' } }),
    'option updelay: Unable to set the delay as MII monitoring is disabled',
  ],
  [
    'STP with a short forward delay',
    { links: [bridge('br0', { options: { forward_delay: '0' } })] },
    update(bridge('br0'), { options: { stp_state: '1' } }),
    'Numerical result out of range',
  ],
  [
    'another mode while there are ports',
    { links: [bondUp, ethernet('eno3', { controller: 'bond0' })] },
    update(bondUp, { options: { mode: '802.3ad' } }),
    'option mode: unable to set because the bond device has slaves',
  ],
  [
    'another mode while the bond is up',
    { links: [bondUp] },
    update(bondUp, { options: { mode: '802.3ad' } }),
    'option mode: unable to set because the bond device is up',
  ],
  [
    'a primary that is no port',
    { links: [bondUp] },
    update(bondUp, { options: { primary: 'eno3' } }),
    'option primary: eno3 is no port',
  ],
  [
    'two ways of monitoring',
    { links: [bondUp] },
    update(bondUp, { options: { arp_interval: '500' } }),
    'option arp_interval: ARP monitoring cannot be used with MII monitoring',
  ],
  [
    'a way of monitoring that turns off another',
    { links: [bond('bond0', 'active-backup', { options: { arp_interval: '500' } })] },
    update(bondUp, { options: { miimon: '100' } }),
    'the kernel would silently turn off ARP monitoring',
  ],
  [
    'a hello time out of range',
    { links: [bridge('br0')] },
    update(bridge('br0'), { options: { hello_time: '99' } }),
    'option hello_time: Numerical result out of range',
  ],
  [
    'an option that no bridge has',
    { links: [bridge('br0')] },
    update(bridge('br0'), { options: { miimon: '100' } }),
    'option miimon: No such file or directory',
  ],
  [
    'a multicast address as MAC',
    { links: [bridge('br0')] },
    update(bridge('br0'), { mac: '01:00:5e:00:00:01' }),
    'Cannot assign requested address',
  ],
  [
    'a MAC of zeros',
    { links: [bridge('br0')] },
    update(bridge('br0'), { mac: '00:00:00:00:00:00' }),
    'Cannot assign requested address',
  ],
  ['a NIC made of nothing', {}, create(eno3), 'Unknown device type.'],
  ['a NIC that shall go', { links: [eno3] }, { kind: 'link.delete', link: eno3 }, 'Operation not supported'],
  ['a link that is not there', {}, update(eno3, { up: true }), 'Cannot find device "eno3"'],
  [
    'a VLAN up on a parent that is down',
    { links: [ethernet('eno3', { up: false }), vlan('eno3', 10, { up: false })] },
    update(vlan('eno3', 10), { up: true }),
    'Network is down',
  ],
  [
    'a bridge in a bridge',
    { links: [bridge('br0'), bridge('br1')] },
    { kind: 'port.add', port: 'br1', controller: 'br0', controllerKind: 'bridge', alone },
    'Can not enslave a bridge to a bridge.',
  ],
  [
    'the loopback as port',
    { links: [bridge('br0')] },
    { kind: 'port.add', port: 'lo', controller: 'br0', controllerKind: 'bridge', alone },
    'Invalid argument',
  ],
  [
    'a VLAN in the bridge it stands on',
    { links: [bridge('br0'), vlan('br0', 10)] },
    { kind: 'port.add', port: 'br0.10', controller: 'br0', controllerKind: 'bridge', alone },
    'Device or resource busy',
  ],
  [
    'a bond in itself',
    { links: [bondUp] },
    { kind: 'port.add', port: 'bond0', controller: 'bond0', controllerKind: 'bond', alone },
    'Cannot enslave bond to itself.',
  ],
  [
    'a bridge in the bond that it carries',
    { links: [{ ...bondUp, controller: 'br0' }, bridge('br0')] },
    { kind: 'port.add', port: 'br0', controller: 'bond0', controllerKind: 'bond', alone },
    'Device or resource busy',
  ],
  [
    'a VLAN in the bond it stands on',
    { links: [bondUp, vlan('bond0', 10)] },
    { kind: 'port.add', port: 'bond0.10', controller: 'bond0', controllerKind: 'bond', alone },
    'Device or resource busy',
  ],
  [
    'an IPv6 address below its smallest MTU',
    { links: [ethernet('eno3', { mtu: 1279 })] },
    { kind: 'address.add', address: { link: 'eno3', address: 'fd00::1/64' } },
    'Invalid argument',
  ],
  [
    'an address twice',
    { links: [eno3], addresses: [{ link: 'eno3', address: '10.0.0.2/24' }] },
    { kind: 'address.add', address: { link: 'eno3', address: '10.0.0.2/24' } },
    'File exists',
  ],
  [
    'an address that is not there',
    { links: [eno3] },
    { kind: 'address.delete', address: { link: 'eno3', address: '10.0.0.2/24' } },
    'Cannot assign requested address',
  ],
  [
    'a route over a link that is down',
    { links: [ethernet('eno3', { up: false })] },
    { kind: 'route.add', route: { family: 4, destination: '10.0.0.0/8', link: 'eno3' } },
    'Network is down',
  ],
  [
    'a gateway out of reach',
    { links: [eno3] },
    { kind: 'route.add', route: { family: 4, destination: '10.0.0.0/8', via: '10.1.1.1', link: 'eno3' } },
    'Nexthop has invalid gateway.',
  ],
  [
    'a route that is not there',
    { links: [eno3] },
    { kind: 'route.delete', route: { family: 4, destination: '10.0.0.0/8', link: 'eno3' } },
    'No such process',
  ],
];

/** What a kernel would do along without a word, so that a plan must say it. */
const silent: [string, FakeHostOptions, Change, string][] = [
  [
    'VLANs that die with their parent',
    { links: [bridge('br0'), vlan('br0', 10)] },
    { kind: 'link.delete', link: bridge('br0') },
    'the kernel would silently drop br0.10',
  ],
  [
    "a bridge's ports",
    { links: [bridge('br0'), tap('vnet0', { controller: 'br0' })] },
    { kind: 'link.delete', link: bridge('br0') },
    'the kernel would silently drop its port vnet0',
  ],
  [
    'a port that another bridge has',
    { links: [bridge('br0'), bridge('br1'), tap('vnet0', { controller: 'br1' })] },
    { kind: 'port.add', port: 'vnet0', controller: 'br0', controllerKind: 'bridge', alone },
    'the kernel would silently take it from br1',
  ],
  [
    'routes and IPv6 addresses of a link that goes down',
    {
      links: [eno3],
      addresses: [{ link: 'eno3', address: 'fd00::1/64' }],
      routes: [{ family: 4, destination: '10.0.0.0/8', link: 'eno3' }],
    },
    update(eno3, { up: false }),
    'the kernel would silently take down route 10.0.0.0/8, fd00::1/64',
  ],
  [
    'IPv6 of a link whose MTU becomes too small for it',
    {
      links: [eno3],
      addresses: [{ link: 'eno3', address: 'fd00::1/64' }],
      routes: [{ family: 6, destination: 'fd01::/64', link: 'eno3' }],
    },
    update(eno3, { mtu: 1279 }),
    'the kernel would silently drop fd00::1/64, route fd01::/64',
  ],
  [
    'VLANs of a NIC that a bond takes down',
    { links: [eno3, vlan('eno3', 10), bondUp] },
    { kind: 'port.add', port: 'eno3', controller: 'bond0', controllerKind: 'bond', alone },
    'the kernel would silently take down the link eno3.10',
  ],
  [
    'addresses of the same network',
    {
      links: [eno3],
      addresses: ['10.0.0.2/24', '10.0.0.3/24'].map((address) => ({ link: 'eno3', address })),
    },
    { kind: 'address.delete', address: { link: 'eno3', address: '10.0.0.2/24' } },
    'the kernel would silently drop 10.0.0.3/24',
  ],
];

describe('fakeHost', () => {
  it.each([...refused, ...silent])(
    'refuses %s as a kernel does, and stays as it was',
    async (_, options, change, words) => {
      const host = fakeHost(options);
      const { links } = host;

      await expect(make(host, [change])).rejects.toThrow(RolledBackError);
      await expect(make(host, [change])).rejects.toThrow(words);
      expect(host.links).toBe(links);
      expect(host.changes).toEqual([]);
    },
  );

  it('refuses a file change that takes the file for something else', async () => {
    const host = fakeHost({ files: { '/etc/x': 'new\n' } });

    await expect(
      make(host, [{ kind: 'file.delete', path: '/etc/x', mode: 0o644, before: 'old\n' }]),
    ).rejects.toThrow('the file is not as the plan expects');
  });

  it('does what tasks plan, and keeps a record of it', async () => {
    const host = fakeHost({ links: [eno3] });

    const result = await ensureVlan(host, { parent: 'eno3', id: 10 });

    expect(result.changed).toBe(true);
    expect(host.changes).toEqual(result.changes);
    expect(host.links.get('eno3.10')).toMatchObject({ kind: 'vlan', up: true });
    expect([...host.files.keys()]).toEqual(['/etc/sysconfig/network-scripts/ifcfg-eno3.10']);
  });

  it('does no part of a task that fails on the way', async () => {
    const host = fakeHost({ links: [eno3] });

    await expect(make(host, [create(bridge('br0')), create(bridge('br0'))])).rejects.toThrow('File exists');
    expect([...host.links.keys()]).toEqual(['lo', 'eno3']);
  });

  it('collects what tasks warn of', async () => {
    const host = fakeHost({ links: [bond('bond6', 'balance-alb', { options: { miimon: '100' } })] });

    await ensureBridge(host, { name: 'br6', ports: ['bond6'] });

    expect(host.warnings).toHaveLength(1);
  });

  it('is what its options say', () => {
    const host = fakeHost({ name: 'kvm9', groups: ['kvm'], vars: { rack: 7 }, checkMode: true });

    expect(host).toMatchObject({ name: 'kvm9', groups: ['kvm'], vars: { rack: 7 }, checkMode: true });
  });

  it('answers facts of its author, with the changes so far folded in', async () => {
    const count: Fact<number> = {
      name: 'count',
      script: '',
      parse: Number,
      after: (value, { kind }) => (kind === 'link.create' ? value + 1 : value),
    };
    const host = fakeHost({ answers: { count: 5 } });

    await make(host, [create(bridge('br0'))]);

    expect(await host.fact(count)).toBe(6);
    await expect(fakeHost().fact(count)).rejects.toThrow(
      new UsageError('kvm1 has no answer to fact count: option answers should give one'),
    );
  });

  it('runs commands as its author says, and none of exec in check mode', async () => {
    const commands = (command: string) => ({ code: 0, stdout: command, stderr: '' });

    expect(await fakeHost({ commands }).read('uptime')).toMatchObject({ stdout: 'uptime' });
    expect(await fakeHost({ commands }).exec('reboot')).toMatchObject({ stdout: 'reboot' });
    expect(await fakeHost({ commands, checkMode: true }).exec('reboot')).toBeUndefined();
    await expect(fakeHost().read('uptime')).rejects.toThrow(UsageError);
  });
});
