import fc from 'fast-check';
import type { DesiredBridge } from '../../src/tasks/ensure-bridge.ts';
import { addressList, anyLink, bridges, mac, mtu, nic, some, state } from '../laws/host-arbitrary.ts';

/** Bridges to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredBridge> = some<DesiredBridge, 'name'>(
  {
    name: fc.constantFrom(...bridges),
    state,
    ports: fc.uniqueArray(anyLink, { maxLength: 2 }),
    exact: fc.boolean(),
    takeover: nic,
    stp: fc.boolean(),
    forwardDelay: fc.constantFrom(0, 2, 15),
    priority: fc.constantFrom(0, 32768),
    ageing: fc.constantFrom(0, 300),
    mac,
    mtu,
    addresses: addressList,
    gateway: fc.constant('10.0.1.1'),
    gateway6: fc.constant('fd00:1::1'),
    dns: fc.constant(['10.0.1.53']),
    routes: fc.constant([{ destination: '192.168.0.0/16', via: '10.0.1.2' }]),
  },
  ['name'],
);
