import fc from 'fast-check';
import type { DesiredFile } from '../../src/tasks/ensure-file.ts';
import { some, state } from '../laws/host-arbitrary.ts';

/** Files to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredFile> = some<DesiredFile, 'path'>(
  {
    path: fc.constantFrom(
      '/etc/hosts',
      '/etc/private',
      '/etc/new/file',
      '/etc/modules-load.d/vhost_net.conf',
      '/etc/link',
    ),
    content: fc.constantFrom('', 'one\n', 'no end', '127.0.0.1 localhost\n'),
    state,
    mode: fc.constantFrom('0644', '600', '4755'),
    owner: fc.constantFrom('root', 'qemu'),
    group: fc.constantFrom('root', 'kvm'),
    secret: fc.boolean(),
  },
  ['path'],
).map((file) => (file.state === 'absent' ? { ...file, content: undefined } : file));
