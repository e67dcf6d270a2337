import { describe, expect, it } from '@jest/globals';
import { addresses } from '../../src/facts/addresses.ts';
import { leases } from '../../src/facts/leases.ts';
import { fixture, ipThatPrints, runScript, shellRows } from './shells.ts';

const crowd = [
  { link: 'lo', address: '127.0.0.1/8', scope: 'host' },
  { link: 'lo', address: '::1/128', scope: 'host' },
  { link: 'br0', address: '10.0.0.1/24' },
  { link: 'br0', address: '10.0.0.2/24', broadcast: '10.0.0.255' },
  { link: 'tun0', address: '10.8.0.1/32' },
  { link: 'v', address: '169.254.3.1/16', scope: 'link' },
  { link: 'v', address: 'fd00::1/64' },
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

  it('refuses a line it does not know', () => {
    expect(() => addresses.parse('Object "address" is unknown\n')).toThrow(
      'a line about addresses is unknown',
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
