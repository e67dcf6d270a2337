import type { Change } from '../model/change.ts';
import type { FileDelete, FileWrite } from '../changes/file.ts';
import { mask } from '../model/secrets.ts';
import { formatMode } from '../model/staged-file.ts';

/** True for a file that its writer calls secret, and for one that only its owner may read if the writer does not say. */
export function isPrivate({ mode, secret }: FileWrite | FileDelete): boolean {
  return secret ?? (mode & 0o077) === 0;
}

/** The reason for hiding a private file's content: `mode 0600`, `secret`. */
export function reasonToHide({ mode, secret }: FileWrite | FileDelete): string {
  return secret === true ? 'secret' : `mode ${formatMode(mode)}`;
}

/** Returns the change without the contents of a private file. */
export function withoutSecrets(change: Change): Change {
  if (change.kind !== 'file.write' && change.kind !== 'file.delete') return change;
  if (!isPrivate(change)) return withoutSecretValues(change);
  const hidden = `(not shown: ${reasonToHide(change)})`;
  return {
    ...change,
    ...(change.before !== undefined && { before: hidden }),
    ...(change.kind === 'file.write' && { after: hidden }),
  };
}

/** The change with the values of its secret keys left out. */
export function withoutSecretValues<C extends FileWrite | FileDelete>(change: C): C {
  const { secretKeys = [], before } = change;
  if (secretKeys.length === 0) return change;
  return {
    ...change,
    ...(before !== undefined && { before: maskValues(before, secretKeys) }),
    ...(change.kind === 'file.write' && { after: maskValues(change.after, secretKeys) }),
  };
}

function maskValues(text: string, keys: readonly string[]): string {
  return text
    .split('\n')
    .map((line) => {
      const [, start = '', key = ''] = /^(\s*([\w.-]+)\s*[=:])/.exec(line) ?? [];
      return keys.includes(key) ? `${start}${mask}` : line;
    })
    .join('\n');
}
