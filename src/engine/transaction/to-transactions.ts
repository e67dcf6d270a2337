import { type Change, isFileChange } from '../../model/change.ts';

/**
 * Cuts what is to be done into transactions. Files are put in place at the end of a transaction, so a service, which reads
 * them when it starts, comes in a later one than the files before it. Packages take their time, and are by themselves.
 */
export function toTransactions(changes: readonly Change[]): readonly (readonly Change[])[] {
  const transactions: Change[][] = [];
  for (const change of changes) {
    const current = transactions.at(-1);
    if (current === undefined || mustFollow(change, current)) transactions.push([change]);
    else current.push(change);
  }
  return transactions;
}

/** What becomes of a host by these changes is known only once they are made: a package brings files and starts services. */
export function isForeseeable(change: Change): boolean {
  return !isPackageChange(change);
}

function mustFollow(change: Change, current: readonly Change[]): boolean {
  if (isPackageChange(change) !== current.some(isPackageChange)) return true;
  return change.kind === 'service.set' && current.some(isFileChange);
}

function isPackageChange({ kind }: Change): boolean {
  return kind === 'package.install' || kind === 'package.remove';
}
