import fc from 'fast-check';
import type { DesiredSysctl } from '../../src/tasks/ensure-sysctl.ts';
import { some, state } from '../laws/host-arbitrary.ts';

/** Settings to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredSysctl> = some<DesiredSysctl, 'key'>(
  {
    key: fc.constantFrom(
      'net.ipv4.ip_forward',
      'vm.swappiness',
      'net.ipv4.conf.all.rp_filter',
      'net.bridge.bridge-nf-call-iptables',
      'net.ipv4.conf.eno1/10.rp_filter',
    ),
    value: fc.constantFrom(0, 1, '2', 60, ' 1\t2 '),
    state,
    file: fc.constantFrom('/etc/sysctl.d/90-local.conf', '/etc/sysctl.conf', '/etc/link'),
  },
  ['key'],
);
