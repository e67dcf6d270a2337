import type { Fact } from '../../model/fact.ts';
import { cleanOwner } from './owner.ts';

/** How it stands with transactions on a host: the name of its token, and of one that is under way who began it. */
export interface TransactionState {
  /** `free` when nothing is under way. Empty when the host does not let us see. */
  readonly phase: string;
  /** The transaction, or of a free host the one that ended last: what is planned holds for this state only. */
  readonly id: string;
  readonly owner: string;
}

/** It starts a guard that is missing, as everybody does who looks. The folder of all transactions is made by the first launch. */
const script = `if [ -d /run/kvmplay ]; then
  tries=0
  while set -- /run/kvmplay/token.*; [ $# != 1 ] || [ ! -e "$1" ]; do
    tries=$((tries + 1)); [ $tries -le 30 ] || break
  done
  printf 'token %s\\n' "$1"
  case $1 in
    */token.free.*) ;;
    *)
      id=\${1#*/token.*.}; id=\${id%%.*}
      { read -r owner < /run/kvmplay/$id/owner; } 2>/dev/null
      printf 'owner %s\\n' "$owner"
      [ ! -e /run/kvmplay/$id/transaction ] || sh /run/kvmplay/$id/transaction status >/dev/null 2>&1 ;;
  esac
else
  read -r boot < /proc/sys/kernel/random/boot_id
  printf 'token token.free.%s.0.-\\n' "$boot"
fi`;

/** Asked in every survey before its other facts. */
export const transactionState: Fact<TransactionState> = stateFact('transactionState', script);

/** Asked after them: what was seen in between is of one state when both are the same. */
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
    // A rollback brings the host back, and is a transaction that has ended.
    comparable: () => undefined,
    fake: () => ({ phase: 'free', id: '', owner: '' }),
  };
}

function parseState(output: string): TransactionState {
  const [, phase = '', id = ''] = /^token (?:\S*\/)?token\.([a-z]+)\.([\w-]+)\./m.exec(output) ?? [];
  return { phase, id, owner: cleanOwner(/^owner (.*)$/m.exec(output)?.[1] ?? '') };
}
