import fc from 'fast-check';
import type { DesiredLines } from '../../src/tasks/ensure-lines.ts';
import { some, state } from '../laws/host-arbitrary.ts';

const lines = ['127.0.0.1 localhost', '10.0.1.1 gw', '10.0.1.2 kvm2', ''];
const pattern = fc.constantFrom(/^10\./, /localhost/i, /gw$/, /nothing/, /^/);

/** Lines to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredLines> = some<DesiredLines, 'path'>(
  {
    path: fc.constantFrom('/etc/hosts', '/etc/new/hosts', '/etc/private'),
    lines: fc.subarray(lines, { minLength: 1, maxLength: 2 }),
    state,
    match: pattern,
    after: pattern,
    before: pattern,
    create: fc.boolean(),
    secret: fc.boolean(),
  },
  ['path'],
).map(({ before, ...rest }) =>
  rest.after === undefined && before !== undefined ? { ...rest, before } : rest,
);
