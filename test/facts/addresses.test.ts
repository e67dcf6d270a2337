import { describe, expect, it } from '@jest/globals';
import { addresses } from '../../src/facts/addresses.ts';
import { leases } from '../../src/facts/leases.ts';
import { fixture, ipThatPrints, runScript, shellRows } from './shells.ts';

const crowd = [
  { link: 'lo', address: '127.0.0.1/8', scope: 'host' },
  { link: 'lo', address: '::1/128', scope: 'host' },
  { link: 'br0', address: '10.0.0.1/24' },
  { link: 'br0', address: '10.0.0.2/24', broadcast: '10.0.0.255' },
  { link: 'tun0', address: '10.8.0.1/32', peer: '10.8.0.2/32' },
  { link: 'v', address: '169.254.3.1/16', scope: 'link' },
  { link: 'v', address: 'fd00::1/64', attributes: ['nodad'] },
];

const tools = [
  ['iproute2 6.1', 'kernel-6.18/crowd-addresses.txt'],
  ['iproute2 4.11', 'iproute2-4.11/crowd-addresses.txt'],
  ['BusyBox', 'busybox-1.35/crowd-addresses.txt'],
] as const;

describe('addresses', () => {
  it.each(tools)('reads the text of %s, without leased and kernel-made ones', (_tool, file) => {
    expect(addresses.parse(fixture(file))).toEqual(crowd);
  });

  it('finds the one address of the host of layout L3', () => {
    const ofLinks = addresses
      .parse(fixture('kernel-6.1/layout3-addresses.txt'))
      .filter(({ link }) => link !== 'lo');

    expect(ofLinks).toEqual([{ link: 'eno3', address: '10.128.1.10/24', broadcast: '10.128.1.255' }]);
  });

  it('leaves out what is on a link of another namespace after the @', () => {
    const line =
      '5: veth0@if6    inet 10.1.0.1/24 scope global veth0\\       valid_lft forever preferred_lft forever\n';

    expect(addresses.parse(line)).toEqual([{ link: 'veth0', address: '10.1.0.1/24' }]);
  });

  it.each([
    [
      'a label',
      'inet 10.0.1.1/24 brd 10.0.1.255 scope global secondary eno3:0',
      { broadcast: '10.0.1.255', label: 'eno3:0' },
    ],
    [
      'a metric and flags',
      'inet 10.0.1.1/24 metric 50 scope global noprefixroute eno3',
      { attributes: ['metric', '50', 'noprefixroute'] },
    ],
    [
      'the protocol that set it',
      'inet 10.0.1.1/24 scope global proto 0x9 eno3',
      { attributes: ['proto', '0x9'] },
    ],
    [
      'bits without a name',
      'inet 10.0.1.1/24 scope global flags 200 eno3',
      { attributes: ['noprefixroute'] },
    ],
    [
      'that it is no longer preferred',
      'inet 10.0.1.1/24 scope global deprecated eno3\\       valid_lft forever preferred_lft 0sec',
      { attributes: ['preferred_lft', '0'] },
    ],
    [
      'what nobody could set again',
      'inet 10.0.1.1/24 scope global eno3\\       valid_lft forever preferred_lft 95sec',
      { unsettable: 'preferred_lft' },
    ],
    [
      'a flag it does not know',
      'inet 10.0.1.1/24 scope global optimistic eno3',
      { unsettable: 'optimistic' },
    ],
  ])('tells %s of an address', (_what, text, told) => {
    expect(addresses.parse(`3: eno3    ${text}\n`)).toEqual([
      { link: 'eno3', address: '10.0.1.1/24', ...told },
    ]);
  });

  it('tells all of what the addresses of a link have', () => {
    const link = 'd0';

    expect(addresses.parse(fixture('kernel-6.1/details-addresses.txt'))).toEqual([
      { link, address: '10.0.0.1/32', peer: '10.0.0.2/32' },
      {
        link,
        address: '10.0.1.1/24',
        broadcast: '10.0.1.255',
        label: 'd0:0',
        attributes: ['metric', '50', 'noprefixroute'],
      },
      { link, address: '10.0.2.1/24', attributes: ['preferred_lft', '0'] },
      { link, address: 'fd00::6/64', unsettable: 'preferred_lft' },
      { link, address: 'fd00::7/64', attributes: ['mngtmpaddr'] },
      { link, address: 'fd00::9/128', peer: 'fd00::8/128' },
      { link, address: 'fd00::3/64', attributes: ['noprefixroute', 'preferred_lft', '0'] },
      { link, address: 'fd00::2/64', attributes: ['nodad'] },
      { link, address: 'fd00::1/64' },
      { link, address: 'fe80::1/64', scope: 'link' },
    ]);
  });

  it('tells a link-local address that somebody set from those that the kernel makes', () => {
    const lines = [
      'inet6 fe80::1/64 scope link ',
      'inet6 fe80::ff:fe00:103/64 scope link ',
      'inet6 fe80::5054:ff:fe12:3456/64 scope link proto kernel_ll ',
      'inet6 fe80::8f2a:11d0:93e1:4a01/64 scope link stable-privacy ',
    ];

    expect(addresses.parse(lines.map((line) => `3: eno3    ${line}\n`).join(''))).toEqual([
      { link: 'eno3', address: 'fe80::1/64', scope: 'link' },
    ]);
  });

  it('refuses a line it does not know', () => {
    expect(() => addresses.parse('Object "address" is unknown\n')).toThrow(
      'cannot read a line about addresses',
    );
  });

  it.each(shellRows)('ask ip under %s', (_name, shell) => {
    const ip = ipThatPrints({ '-o address show': fixture('kernel-6.18/crowd-addresses.txt') });

    const { stdout, stderr, code } = runScript(shell, ip + addresses.script);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(addresses.parse(stdout)).toEqual(crowd);
  });

  it('says what a host without ip lacks', () => {
    const { stderr, code } = runScript(['/bin/sh'], `PATH=/nowhere; ${addresses.script}`);

    expect({ stderr, code }).toEqual({ stderr: 'the host has no ip command: install iproute2\n', code: 127 });
  });
});

describe('leases', () => {
  it.each(tools)('finds the leased address in the text of %s', (_tool, file) => {
    expect(leases.parse(fixture(file))).toEqual([{ link: 'v', address: '10.9.0.1/24' }]);
  });

  it('go with their link', () => {
    const value = [
      { link: 'eth0', address: '10.0.0.1/24' },
      { link: 'eth1', address: '10.0.1.1/24' },
    ];
    const link = { name: 'eth0', kind: 'vlan', up: true, mtu: 1500, mac: '', macPinned: false } as const;

    expect(leases.after(value, { kind: 'link.delete', link })).toEqual([
      { link: 'eth1', address: '10.0.1.1/24' },
    ]);
    expect(leases.after(value, { kind: 'link.create', link })).toBe(value);
  });

  it('are asked with the script of addresses, so that a survey runs it once', () => {
    expect(leases.script).toBe(addresses.script);
  });
});
