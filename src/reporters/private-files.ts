import type { Change, FileDelete, FileWrite } from '../model/change.ts';
import { formatMode } from '../model/describe-change.ts';

/** A file that only its owner may read holds secrets until proved otherwise. */
export function isPrivate({ mode }: FileWrite | FileDelete): boolean {
  return (mode & 0o077) === 0;
}

/** The change with the contents of a private file left out. */
export function withoutSecrets(change: Change): Change {
  if ((change.kind !== 'file.write' && change.kind !== 'file.delete') || !isPrivate(change)) {
    return change;
  }
  const hidden = `(not shown: mode ${formatMode(change.mode)})`;
  return {
    ...change,
    ...(change.before !== undefined && { before: hidden }),
    ...(change.kind === 'file.write' && { after: hidden }),
  };
}
