import fc from 'fast-check';
import type { WantedLink } from '../../../src/backends/backend.ts';
import type { ConfigFiles } from '../../../src/model/config-file.ts';
import { anyTree as ofSomebodyElse, anyWanted as anyLinks } from '../ifcfg/any-tree.ts';

export const anyAnswers = fc.constant({});
export const anyTree: fc.Arbitrary<ConfigFiles> = ofSomebodyElse;
export const anyWanted: fc.Arbitrary<readonly WantedLink[]> = anyLinks;

/** It writes nothing, so every line is somebody else's. */
export function isForeign(): boolean {
  return true;
}
