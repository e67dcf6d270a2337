import fc from 'fast-check';
import type { DesiredAddress } from '../../src/tasks/ensure-address.ts';
import { addressList, anyLink, nic, some, state } from '../laws/host-arbitrary.ts';

/** Addresses to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredAddress> = some<DesiredAddress, 'link' | 'addresses'>(
  {
    link: fc.oneof({ weight: 3, arbitrary: nic }, { weight: 1, arbitrary: anyLink }),
    addresses: addressList,
    state,
    exact: fc.boolean(),
    gateway: fc.constant('10.0.1.1'),
    gateway6: fc.constant('fd00:1::1'),
    dns: fc.constantFrom(['10.0.1.53'], ['10.0.1.53', 'fd00:1::53']),
    routes: fc.constantFrom(
      [{ destination: '192.168.0.0/16', via: '10.0.1.2' }],
      [{ destination: 'default', via: '10.0.1.3', table: 100 }, { destination: '172.16.0.0/12' }],
    ),
  },
  ['link', 'addresses'],
);
