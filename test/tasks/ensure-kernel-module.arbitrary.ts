import fc from 'fast-check';
import type { DesiredKernelModule } from '../../src/tasks/ensure-kernel-module.ts';
import { some, state } from '../laws/host-arbitrary.ts';

/** Modules to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredKernelModule> = some<DesiredKernelModule, 'name'>(
  {
    name: fc.constantFrom(
      'bonding',
      'br_netfilter',
      'br-netfilter',
      'nf_conntrack',
      'vhost_net',
      'loop',
      'none',
    ),
    state,
    parameters: fc.constantFrom({ hashsize: 65536 }, { debug: true, mode: 'fast' }),
    unload: fc.boolean(),
  },
  ['name'],
).map(({ unload, parameters, ...rest }) =>
  rest.state === 'absent' ? { ...rest, unload } : { ...rest, ...(parameters && { parameters }) },
);
