import type { Fact } from '../model/fact.ts';
import { parseIpAddresses, readAddresses } from './ip-addresses.ts';

/** An address with a limited life: DHCP or a router advertisement gave it. */
export interface Lease {
  readonly link: string;
  /** With prefix length. */
  readonly address: string;
}

/** Leased addresses. No change of a plan makes one; they go with their link. */
export const leases: Fact<readonly Lease[]> = {
  name: 'leases',
  script: readAddresses,
  parse: (output) =>
    parseIpAddresses(output)
      .filter(({ isLeased }) => isLeased)
      .map(({ address: { link, address } }) => ({ link, address })),
  after: (value, change) =>
    change.kind === 'link.delete' ? value.filter(({ link }) => link !== change.link.name) : value,
};
