import { describe, expect, it } from '@jest/globals';
import { type DesiredAddress, ensureAddress, PlanError, TaskInputError } from 'kvmplay';
import { bridge, ethernet, fakeHost, type FakeHostOptions, vlan } from 'kvmplay/testing';
import { eno3Addresses, eno3File, eno3Routes, fileLines, ifcfg, kernelLines } from './support.ts';

const eno3 = ethernet('eno3');
const usual: FakeHostOptions = {
  links: [eno3],
  addresses: eno3Addresses,
  routes: eno3Routes,
  files: { [ifcfg('eno3')]: eno3File },
};

const refused: [string, FakeHostOptions, DesiredAddress, string][] = [
  [
    'a link that is not there',
    { links: [eno3] },
    { link: 'eno9', addresses: ['10.0.0.2/24'] },
    'link eno9 does not exist: free NICs here are eno3',
  ],
  [
    'a port',
    { links: [ethernet('eno3', { controller: 'br0' })] },
    { link: 'eno3', addresses: ['10.0.0.2/24'] },
    'link eno3 is a port of br0: its addresses should be on br0',
  ],
  [
    'a link with a lease',
    { links: [eno3], leases: [{ link: 'eno3', address: '10.0.0.9/24' }] },
    { link: 'eno3', addresses: ['10.0.0.2/24'] },
    'link eno3 gets its address from DHCP, 10.0.0.9/24: its DHCP client should be stopped first',
  ],
  [
    'the same address with another prefix length',
    usual,
    { link: 'eno3', addresses: ['10.128.1.10/16'] },
    'eno3 has 10.128.1.10/24, it should be removed before 10.128.1.10/16 can be added',
  ],
  [
    'a gateway that is out of reach',
    usual,
    { link: 'eno3', gateway: '10.0.0.1' },
    'gateway 10.0.0.1 lies in no network of eno3, which has 10.128.1.10/24',
  ],
  [
    'a default gateway while another link has one',
    { ...usual, links: [eno3, bridge('br0')] },
    { link: 'br0', addresses: ['10.0.0.2/24'], gateway: '10.0.0.1' },
    'the default gateway is 10.128.1.1 on eno3, it cannot be 10.0.0.1 on br0 as well: a host has one',
  ],
  [
    'a route whose gateway is out of reach',
    usual,
    { link: 'eno3', routes: [{ destination: '10.7.0.0/16', via: '10.6.0.1' }] },
    'gateway 10.6.0.1 of route 10.7.0.0/16 lies in no network of eno3, which has 10.128.1.10/24',
  ],
  [
    'a route that leads over another link',
    {
      ...usual,
      links: [eno3, bridge('br0')],
      routes: [{ family: 4, destination: '10.7.0.0/16', link: 'br0', scope: 'link' }],
    },
    { link: 'eno3', routes: [{ destination: '10.7.0.0/16', via: '10.128.1.1' }] },
    'route 10.7.0.0/16 leads over br0, it cannot lead over eno3 as well',
  ],
];

const wrong: [string, DesiredAddress, string][] = [
  ['nothing to ensure', { link: 'eno3' }, 'addresses, gateway, gateway6, dns or routes should be given'],
  [
    'exact without addresses',
    { link: 'eno3', exact: true, dns: ['10.0.0.1'] },
    'exact needs addresses, the ones that stay',
  ],
  [
    'exact with absent',
    { link: 'eno3', exact: true, state: 'absent', addresses: ['10.0.0.2/24'] },
    'exact is for state present, it should be left out with absent',
  ],
  [
    'a default route in place of a gateway',
    { link: 'eno3', routes: [{ destination: 'default', via: '10.0.0.1' }] },
    'a default route of table main should be given as gateway or gateway6',
  ],
  [
    'a default route without gateway',
    { link: 'eno3', routes: [{ destination: 'default', table: 7 }] },
    'a default route should have a gateway in via',
  ],
  [
    'a route of two families',
    { link: 'eno3', routes: [{ destination: '10.0.0.0/8', via: 'fe80::1' }] },
    'route 10.0.0.0/8 mixes IPv4 and IPv6',
  ],
];

describe('ensureAddress', () => {
  it('gives a link addresses, gateway and routes, and its file these and DNS servers', async () => {
    const host = fakeHost({ links: [ethernet('eno3', { up: false })] });

    const { output } = await ensureAddress(host, {
      link: 'eno3',
      addresses: ['10.128.1.10/24', 'FD00:0::10/64'],
      gateway: '10.128.1.1',
      dns: ['192.168.0.168'],
      routes: [
        { destination: '10.7.0.0/16', via: '10.128.1.2', metric: 50 },
        { destination: '10.8.0.1/32', via: '10.128.1.2' },
      ],
    });

    expect(kernelLines(host.changes)).toEqual([
      '~ eno3 down → up',
      '+ address 10.128.1.10/24 on eno3 broadcast 10.128.1.255',
      '+ address fd00::10/64 on eno3',
      '+ route default via 10.128.1.1 on eno3',
      '+ route 10.7.0.0/16 via 10.128.1.2 on eno3 metric 50',
      '+ route 10.8.0.1 via 10.128.1.2 on eno3',
    ]);
    expect(output).toEqual({ addresses: ['10.128.1.10/24', 'fd00::10/64'] });
    expect(host.files.get(ifcfg('eno3'))?.content).toContain('DNS1=192.168.0.168');
    expect(fileLines(host.changes)).toEqual(expect.arrayContaining(['+ ifcfg-eno3', '+ route-eno3']));
  });

  it('is content with what is there, in the kernel and in the file', async () => {
    const host = fakeHost(usual);

    const { changed } = await ensureAddress(host, {
      link: 'eno3',
      addresses: ['10.128.1.10/24'],
      gateway: '10.128.1.1',
      dns: ['192.168.0.168'],
    });

    expect(changed).toBe(false);
  });

  it('leaves other addresses unless it shall be exact', async () => {
    const host = fakeHost(usual);

    await ensureAddress(host, { link: 'eno3', addresses: ['10.0.0.2/24'] });
    const { changes } = await ensureAddress(host, { link: 'eno3', addresses: ['10.0.0.2/24'], exact: true });

    expect(kernelLines(changes)).toEqual([
      '- route default via 10.128.1.1 on eno3 metric 100',
      '- address 10.128.1.10/24 on eno3 broadcast 10.128.1.255',
    ]);
    expect(host.files.get(ifcfg('eno3'))?.content).not.toMatch(/10\.128\.1/);
  });

  it('brings back the addresses that the kernel drops with the first of their network', async () => {
    const host = fakeHost({
      ...usual,
      addresses: [...eno3Addresses, { link: 'eno3', address: '10.128.1.11/24' }],
    });

    await ensureAddress(host, { link: 'eno3', addresses: ['10.128.1.10/24'], state: 'absent' });

    expect(kernelLines(host.changes)).toEqual([
      '- route default via 10.128.1.1 on eno3 metric 100',
      '- address 10.128.1.11/24 on eno3',
      '- address 10.128.1.10/24 on eno3 broadcast 10.128.1.255',
      '+ address 10.128.1.11/24 on eno3',
      '+ route default via 10.128.1.1 on eno3 metric 100',
    ]);
  });

  it('takes along the routes that use an address as their source', async () => {
    const route = { family: 4, destination: '10.7.0.0/16', via: '10.128.1.2', link: 'eno3' } as const;
    const host = fakeHost({
      ...usual,
      addresses: [...eno3Addresses, { link: 'eno3', address: '10.9.0.2/24' }],
      routes: [{ ...route, source: '10.9.0.2' }, route],
    });

    await ensureAddress(host, { link: 'eno3', addresses: ['10.9.0.2/24'], state: 'absent' });

    expect(kernelLines(host.changes)).toEqual([
      '- route 10.7.0.0/16 via 10.128.1.2 on eno3 source 10.9.0.2',
      '- address 10.9.0.2/24 on eno3',
    ]);
  });

  it('replaces the default gateway of its link', async () => {
    const host = fakeHost(usual);

    await ensureAddress(host, { link: 'eno3', gateway: '10.128.1.254' });

    expect(kernelLines(host.changes)).toEqual([
      '- route default via 10.128.1.1 on eno3 metric 100',
      '+ route default via 10.128.1.254 on eno3',
    ]);
    expect(host.files.get(ifcfg('eno3'))?.content).toContain('GATEWAY=10.128.1.254');
  });

  it('replaces a route to the same network, since the kernel keeps one', async () => {
    const host = fakeHost({
      ...usual,
      routes: [{ family: 4, destination: '10.7.0.0/16', via: '10.128.1.2', link: 'eno3' }],
    });

    await ensureAddress(host, { link: 'eno3', routes: [{ destination: '10.7.0.0/16', via: '10.128.1.3' }] });

    expect(kernelLines(host.changes)).toEqual([
      '- route 10.7.0.0/16 via 10.128.1.2 on eno3',
      '+ route 10.7.0.0/16 via 10.128.1.3 on eno3',
    ]);
  });

  it('keeps the other families and tables apart', async () => {
    const host = fakeHost({
      ...usual,
      addresses: [...eno3Addresses, { link: 'eno3', address: 'fd00::10/64' }],
    });

    await ensureAddress(host, {
      link: 'eno3',
      gateway6: 'fd00::1',
      routes: [{ destination: 'default', via: '10.128.1.9', table: 100 }],
    });

    expect(kernelLines(host.changes)).toEqual([
      '+ route default (IPv6) via fd00::1 on eno3',
      '+ route default via 10.128.1.9 on eno3 table 100',
    ]);
  });

  it('remembers the place of a VLAN that no file knows', async () => {
    const host = fakeHost({ links: [eno3, vlan('eno3', 7)] });

    await ensureAddress(host, { link: 'eno3.7', addresses: ['10.0.7.2/24'] });

    expect(host.files.get(ifcfg('eno3.7'))?.content).toContain('VLAN=yes');
  });

  it('absent takes what is named, in the kernel and in the file, and nothing else', async () => {
    const host = fakeHost(usual);

    await ensureAddress(host, {
      link: 'eno3',
      state: 'absent',
      gateway: '10.128.1.1',
      dns: ['192.168.0.168'],
    });

    expect(kernelLines(host.changes)).toEqual(['- route default via 10.128.1.1 on eno3 metric 100']);
    const content = host.files.get(ifcfg('eno3'))?.content;
    expect(content).toContain('IPADDR=10.128.1.10');
    expect(content).not.toMatch(/GATEWAY|DNS/);
  });

  it('absent has nothing to do where the link is not', async () => {
    const { changed } = await ensureAddress(fakeHost(), {
      link: 'eno9',
      addresses: ['10.0.0.2/24'],
      state: 'absent',
    });

    expect(changed).toBe(false);
  });

  it.each(refused)('refuses %s', async (_, options, desired, sentence) => {
    const host = fakeHost(options);

    await expect(ensureAddress(host, desired)).rejects.toThrow(new PlanError(sentence));
    expect(host.changes).toEqual([]);
  });

  it.each(wrong)('refuses %s before any host is touched', (_, desired, sentence) => {
    expect(() => ensureAddress.task.validate(desired)).toThrow(
      new TaskInputError(`ensureAddress ${desired.link}: ${sentence}`),
    );
  });
});
