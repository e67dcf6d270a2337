import type { Fact } from '../../model/fact.ts';
import { cleanOwner } from './owner.ts';
import { ownership } from './runtime.ts';

/** The transaction state of a host: the name of its token, and the owner of a transaction in progress. */
export interface TransactionState {
  /** `free`: no transaction is in progress. Empty: the host does not let us look. `foreign`: another version was there. */
  readonly phase: string;
  /** The transaction in progress, or the last ended one on a free host. A plan is valid for this state only. */
  readonly id: string;
  readonly owner: string;
}

/** It restarts a missing guard, as every reader does. The first launch creates the folder of all transactions. */
const script = `${ownership}
set -- /run/kvmplay/*
if [ -d /run/kvmplay ] && { [ ! -r /run/kvmplay ] || [ -e "$1" ]; }; then
  tries=0
  while set -- /run/kvmplay/token.*; [ $# != 1 ] || [ ! -e "$1" ]; do
    tries=$((tries + 1)); [ $tries -le 30 ] || break
  done
  # Without a token it is not of this version.
  [ ! -r /run/kvmplay ] || [ -e "$1" ] || set -- token.foreign.x.0.-
  printf 'token %s\\n' "$1"
  case $1 in
    */token.free.*) ;;
    *)
      id=\${1#*/token.*.}; id=\${id%%.*}
      { read -r owner < /run/kvmplay/$id/owner; } 2>/dev/null
      printf 'owner %s\\n' "$owner"
      [ ! -e /run/kvmplay/$id/transaction ] || ! is_ours /run/kvmplay || ! is_ours /run/kvmplay/$id || sh /run/kvmplay/$id/transaction status >/dev/null 2>&1 ;;
  esac
else
  read -r boot < /proc/sys/kernel/random/boot_id
  printf 'token token.free.%s.0.-\\n' "$boot"
fi`;

/** Asked in every survey before its other facts. */
export const transactionState: Fact<TransactionState> = stateFact('transactionState', script);

/** Asked after the other facts. If both answers are the same, the facts in between describe one state. */
export const transactionStateAfter: Fact<TransactionState> = stateFact(
  'transactionStateAfter',
  `${script}\n# again`,
);

function stateFact(name: string, text: string): Fact<TransactionState> {
  return {
    name,
    script: text,
    parse: parseState,
    after: (value) => value,
    // A rollback is itself an ended transaction, so this fact changes by it.
    comparable: () => undefined,
    fake: () => ({ phase: 'free', id: '', owner: '' }),
  };
}

function parseState(output: string): TransactionState {
  const [, phase = '', id = ''] = /^token (?:\S*\/)?token\.([a-z]+)\.([\w-]+)\./m.exec(output) ?? [];
  return { phase, id, owner: cleanOwner(/^owner (.*)$/m.exec(output)?.[1] ?? '') };
}
