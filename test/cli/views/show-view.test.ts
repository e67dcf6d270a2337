import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toHostNetwork, type ShownFacts } from '../../../src/model/host-network.ts';
import { showView } from '../../../src/cli/views/show-view.ts';
import { addresses, leases, links, linkState } from '../../../src/facts/index.ts';
import { fixture } from '../../facts/shells.ts';

function factsOf(host: string): ShownFacts {
  return {
    links: links.parse(fixture(`kernel-6.1/${host}-links.txt`)),
    linkState: linkState.parse(fixture(`kernel-6.1/${host}-link-state.txt`)),
    addresses: addresses.parse(fixture(`kernel-6.1/${host}-addresses.txt`)),
    leases: leases.parse(fixture(`kernel-6.1/${host}-addresses.txt`)),
  };
}

function golden(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

const nothing: ShownFacts = { links: new Map(), linkState: new Map(), addresses: [], leases: [] };
const eno3 = {
  name: 'eno3',
  kind: 'ethernet',
  up: true,
  mtu: 1500,
  mac: '02:00:00:00:01:03',
  macPinned: false,
} as const;

describe('showView', () => {
  it.each([
    ['layout L3', 'layout3', 'layout3.golden'],
    ['bonds of three modes and a bridge with STP', 'bonds', 'bonds.golden'],
  ])('shows %s', (_case, host, file) => {
    expect(`${showView('kvm1', factsOf(host))}\n`).toBe(golden(file));
  });

  it('says that an address is leased, and that a link has no carrier', () => {
    const facts: ShownFacts = {
      links: new Map([['eno3', eno3]]),
      linkState: new Map([['eno3', { operstate: 'down', carrier: false }]]),
      addresses: [{ link: 'eno3', address: '10.0.0.1/24' }],
      leases: [{ link: 'eno3', address: '10.0.0.99/24' }],
    };

    expect(showView('kvm1', facts)).toBe(
      [
        'kvm1',
        '  LINK  KIND      STATE       MTU   MAC                ADDRESSES',
        '  eno3  ethernet  no carrier  1500  02:00:00:00:01:03  10.0.0.1/24, 10.0.0.99/24 (leased)',
      ].join('\n'),
    );
  });

  it('shows a host without links as such', () => {
    expect(showView('kvm1', nothing)).toBe('kvm1\n  no links');
  });

  it('shows links of which nothing more is known', () => {
    const bridge = { ...eno3, name: 'br0', kind: 'bridge', options: { stp_state: '1' } } as const;
    const facts = { ...nothing, links: new Map([['br0', bridge]]) };

    expect(showView('kvm1', facts)).toContain('BRIDGE  STP\n  br0     yes');
  });
});

describe('toHostNetwork', () => {
  it.each(['layout3', 'bonds'])('is what a program gets of %s', (host) => {
    expect(`${JSON.stringify(toHostNetwork(factsOf(host)), null, 2)}\n`).toBe(golden(`${host}.json.golden`));
  });

  it('orders names by the numbers in them', () => {
    const names = ['br0.100', 'br0.9', 'br0'];
    const facts = { ...nothing, links: new Map(names.map((name) => [name, { ...eno3, name }])) };

    expect(toHostNetwork(facts).links.map(({ name }) => name)).toEqual(['br0', 'br0.9', 'br0.100']);
  });
});
