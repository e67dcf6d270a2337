import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bracketed,
  broadcastOf,
  canonicalIp,
  isInNetwork,
  isNetworkAddress,
  prefixLengthOf,
} from '../../src/model/ip.ts';

describe('canonicalIp', () => {
  it.each([
    ['FD00:0:0::1/64', 'fd00::1/64'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::102:304', '::102:304'],
    ['10.0.0.1/8', '10.0.0.1/8'],
    ['fe80::1%eno1', 'fe80::1%eno1'],
  ])('spells %s as %s', (address, canonical) => {
    expect(canonicalIp(address)).toBe(canonical);
  });
});

describe('isInNetwork', () => {
  it.each([
    ['10.128.1.10', '10.128.1.1/24', true],
    ['10.128.2.10', '10.128.1.1/24', false],
    ['10.128.1.10/24', '10.128.1.10', true],
    ['fd00::5', 'fd00::1/64', true],
    ['fd00::5', '10.0.0.0/8', false],
    ['gateway', '10.0.0.0/8', false],
    ['10.0.0.1', '10.0.0.0/255', false],
    ['10.0.0.1', 'default', false],
  ])('of %s in %s is %s', (address, network, expected) => {
    expect(isInNetwork(address, network)).toBe(expected);
  });
});

describe('broadcastOf', () => {
  it.each([
    ['10.128.1.10/24', '10.128.1.255'],
    ['10.0.0.1/30', '10.0.0.3'],
    ['1.2.3.4/0', '255.255.255.255'],
    ['10.0.0.1/31', undefined],
    ['10.0.0.1', undefined],
    ['fd00::1/64', undefined],
  ])('of %s is %s', (address, broadcast) => {
    expect(broadcastOf(address)).toBe(broadcast);
  });

  it('is the last address of the network', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), fc.integer({ min: 0, max: 30 }), (bytes, length) => {
        const address = `${bytes.join('.')}/${String(length)}`;
        const broadcast = broadcastOf(address) ?? '';

        expect(isInNetwork(broadcast, address)).toBe(true);
        expect(isNetworkAddress(`${broadcast}/${String(length)}`)).toBe(false);
      }),
    );
  });
});

describe('isNetworkAddress', () => {
  it.each([
    ['10.0.0.0/8', true],
    ['10.0.0.1/8', false],
    ['10.0.0.1', true],
    ['fd00::/64', true],
    ['fd00::1/64', false],
    ['fd00::1/128', true],
  ])('of %s is %s', (address, expected) => {
    expect(isNetworkAddress(address)).toBe(expected);
  });
});

describe('prefixLengthOf', () => {
  it.each([
    ['255.255.255.0', 24],
    ['255.255.240.0', 20],
    ['0.0.0.0', 0],
    ['255.255.255.255', 32],
  ])('of %s is %d', (netmask, length) => {
    expect(prefixLengthOf(netmask)).toBe(length);
  });
});

describe('bracketed', () => {
  it.each([
    ['fd00::1', '[fd00::1]'],
    ['10.0.0.1', '10.0.0.1'],
    ['kvm1', 'kvm1'],
  ])('of %s is %s', (address, place) => {
    expect(bracketed(address)).toBe(place);
  });
});
