import { describe, expect, it } from '@jest/globals';
import { ensureAddress, ensureBond, ensureBridge, PlanError } from 'kvmplay';
import { bond, ethernet, fakeHost } from 'kvmplay/testing';
import { checkTaskLaws } from '../../src/testing/task-laws.ts';
import type { Address } from '../../src/model/link.ts';
import { eno3File, ifcfg, kernelLines } from './support.ts';

const alias: Address = {
  link: 'eno3',
  address: '10.128.2.10/24',
  broadcast: '10.128.2.255',
  label: 'eno3:0',
  attributes: ['metric', '50', 'noprefixroute'],
};
const ofPair: Address = { link: 'eno3', address: '10.8.0.1/32', peer: '10.8.0.2/32' };
const files = { [ifcfg('eno3')]: eno3File };

describe('what an address has besides its place', () => {
  it('goes with it to a bridge, the label under the name of the bridge', async () => {
    const host = fakeHost({ links: [ethernet('eno3')], addresses: [alias], files });

    await ensureBridge(host, { name: 'br0', takeover: 'eno3' });

    expect(host.addresses).toEqual([{ ...alias, link: 'br0', label: 'br0:0' }]);
    expect(kernelLines(host.changes)).toContain(
      '+ address 10.128.2.10/24 on br0 broadcast 10.128.2.255 label br0:0 metric 50 noprefixroute',
    );
  });

  it('comes back when the move is taken back', async () => {
    const end = await checkTaskLaws(
      ensureBridge,
      { name: 'br0', takeover: 'eno3' },
      { links: [ethernet('eno3')], addresses: [alias, ofPair], files },
    );

    expect(end).toBe('changed');
  });

  it('is a reason to refuse a move to a link whose name leaves no room for the label', async () => {
    const host = fakeHost({ links: [ethernet('eno3')], addresses: [alias], files });

    await expect(ensureBridge(host, { name: 'br-of-storage0', takeover: 'eno3' })).rejects.toThrow(
      new PlanError(
        'address 10.128.2.10/24 of eno3 has the label eno3:0, which br-of-storage0 cannot have: it should be removed before this change',
      ),
    );
  });

  it('is a reason to refuse a change when nobody could set it again', async () => {
    const host = fakeHost({
      links: [bond('bond6', 'active-backup')],
      addresses: [{ link: 'bond6', address: 'fd00::1/64', unsettable: 'preferred_lft' }],
    });

    await expect(ensureBond(host, { name: 'bond6', mode: 'balance-rr', ports: [] })).rejects.toThrow(
      'address fd00::1/64 of bond6 has preferred_lft, which kvmplay cannot set again: it should be removed before this change',
    );
  });

  it('is a reason to refuse files that have no words for a peer', async () => {
    const host = fakeHost({ links: [ethernet('eno3')], addresses: [ofPair] });

    await expect(ensureBridge(host, { name: 'br0', takeover: 'eno3' })).rejects.toThrow(
      'address 10.8.0.1/32 of eno3 has the peer 10.8.0.2/32, which files cannot remember: it should be removed before this change',
    );
  });

  it('does not make a declared address another one', async () => {
    const host = fakeHost({ links: [ethernet('eno3')], addresses: [ofPair] });

    await ensureAddress(host, { link: 'eno3', addresses: ['10.8.0.1/32'] });

    expect(kernelLines(host.changes)).toEqual([]);
  });

  it('tells two point-to-point addresses apart that differ only in their peers', async () => {
    const other = { ...ofPair, peer: '10.8.0.3/32' };
    const end = await checkTaskLaws(
      ensureBridge,
      { name: 'br0', takeover: 'eno3' },
      { links: [ethernet('eno3')], addresses: [ofPair, other], files },
    );

    expect(end).toBe('changed');
  });
});
