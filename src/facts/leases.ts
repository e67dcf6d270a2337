import type { Fact } from '../model/fact.ts';
import type { Lease } from '../model/link.ts';
import { parseIpAddresses, readAddresses } from './ip-addresses.ts';

/** Leased addresses. No planned change adds one; they disappear with their link. */
export const leases: Fact<readonly Lease[]> = {
  name: 'leases',
  script: readAddresses,
  parse: (output) =>
    parseIpAddresses(output)
      .filter(({ isLeased }) => isLeased)
      .map(({ address: { link, address } }) => ({ link, address })),
  after: (value, change) =>
    change.kind === 'link.delete' ? value.filter(({ link }) => link !== change.link.name) : value,
  fake: (state) => state.leases,
};
