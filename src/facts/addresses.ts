import type { Fact } from '../model/fact.ts';
import { addressesAfter } from '../model/kernel.ts';
import type { Address } from '../model/link.ts';
import { parseIpAddresses, readAddresses } from './ip-addresses.ts';

/** Addresses that somebody set, in the kernel's order. The first IPv4 address of a link is its primary. */
export const addresses: Fact<readonly Address[]> = {
  name: 'addresses',
  script: readAddresses,
  parse: (output) =>
    parseIpAddresses(output)
      .filter(({ isLeased, isLinkLocal }) => !isLeased && !isLinkLocal)
      .map(({ address }) => address),
  after: addressesAfter,
  fake: (state) => state.addresses,
};
