import type { Change } from '../../model/change.ts';
import type { ChangeKinds } from './change-kinds.ts';

type KindOf = ChangeKinds['kindOf'];

/** Splits changes into transactions. Files are put in place at the end of a transaction, so a change that reads them belongs to a later one. */
export function toTransactions(changes: readonly Change[], kindOf: KindOf): readonly (readonly Change[])[] {
  const transactions: Change[][] = [];
  for (const change of changes) {
    const current = transactions.at(-1);
    if (current === undefined || mustFollow(change, current, kindOf)) transactions.push([change]);
    else current.push(change);
  }
  return transactions;
}

/** Returns false for a change whose effects are known only after it was made. */
export function isForeseeable(change: Change, kindOf: KindOf): boolean {
  return kindOf(change).needs?.alone !== true;
}

function mustFollow(change: Change, current: readonly Change[], kindOf: KindOf): boolean {
  const isAlone = (one: Change): boolean => !isForeseeable(one, kindOf);
  if (isAlone(change) !== current.some(isAlone)) return true;
  return kindOf(change).needs?.afterFiles === true && current.some((one) => isStaged(one, kindOf));
}

function isStaged(change: Change, kindOf: KindOf): boolean {
  return kindOf(change).compile === undefined;
}
