import type { Change } from '../model/change.ts';
import type { FileDelete, FileWrite } from '../changes/file.ts';
import { formatMode } from '../model/staged-file.ts';

/** A file that only its owner may read holds secrets until proved otherwise; others do when the playbook says so. */
export function isPrivate({ mode, secret }: FileWrite | FileDelete): boolean {
  return secret === true || (mode & 0o077) === 0;
}

/** Why the content of a private file is not shown: `mode 0600`, `secret`. */
export function reasonToHide({ mode, secret }: FileWrite | FileDelete): string {
  return secret === true ? 'secret' : `mode ${formatMode(mode)}`;
}

/** The change with the contents of a private file left out. */
export function withoutSecrets(change: Change): Change {
  if ((change.kind !== 'file.write' && change.kind !== 'file.delete') || !isPrivate(change)) {
    return change;
  }
  const hidden = `(not shown: ${reasonToHide(change)})`;
  return {
    ...change,
    ...(change.before !== undefined && { before: hidden }),
    ...(change.kind === 'file.write' && { after: hidden }),
  };
}
