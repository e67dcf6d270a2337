import { kindOf } from './changes/index.ts';
import { needsOf, occupantsOf } from './changes/network-needs.ts';
import { networkStateOf } from './changes/network-state.ts';
import type { ChangeKinds } from './engine/transaction/change-kinds.ts';

/** All kinds of changes, for the engine. */
export const changeKinds: ChangeKinds = {
  kindOf,
  needsOf: (changes, answers) => needsOf(changes, networkStateOf(answers)),
  occupantsOf: (changes, answers) => occupantsOf(changes, networkStateOf(answers)),
};
