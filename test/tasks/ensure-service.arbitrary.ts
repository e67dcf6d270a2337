import fc from 'fast-check';
import type { DesiredService } from '../../src/tasks/ensure-service.ts';
import { some } from '../laws/host-arbitrary.ts';

const choice = fc.constantFrom(true, false, 'unchanged' as const);

/** Services to ask for; most of them make sense. */
export const arbitrary: fc.Arbitrary<DesiredService> = some<DesiredService, 'name'>(
  { name: fc.constantFrom('chronyd', 'ksm', 'getty', 'ctrl', 'none'), running: choice, enabled: choice },
  ['name'],
);
