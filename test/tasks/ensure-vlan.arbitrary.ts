import fc from 'fast-check';
import type { DesiredVlan } from '../../src/tasks/ensure-vlan.ts';
import { anyLink, mac, mtu, some, state, vlanIds } from '../laws/host-arbitrary.ts';

/** VLANs to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredVlan> = some<DesiredVlan, 'parent' | 'id'>(
  {
    parent: anyLink,
    id: fc.constantFrom(...vlanIds),
    name: fc.constantFrom('eno1.10', 'guests'),
    state,
    mtu,
    mac,
  },
  ['parent', 'id'],
);
