import fc from 'fast-check';
import type { DesiredPackage } from '../../src/tasks/ensure-package.ts';
import { some, state } from '../laws/host-arbitrary.ts';

/** Packages to ask for. */
export const arbitrary: fc.Arbitrary<DesiredPackage> = some<DesiredPackage, 'name'>(
  { name: fc.constantFrom('chrony', 'tuned', ['chrony', 'tuned'], ['tuned', 'ethtool']), state },
  ['name'],
);
