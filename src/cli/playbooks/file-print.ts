import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';

/**
 * Fingerprint by content, for files that people edit, so that `git checkout` there and back changes nothing. A link to an
 * equal file elsewhere counts as different, because that file's imports may differ.
 */
export function contentPrint(file: string): string | undefined {
  try {
    return `${realpathSync(file)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  } catch {
    return undefined;
  }
}

/**
 * Fingerprint by metadata, for the many files of packages. npm sets the same modification time for all files, but no program
 * can set an inode's change time.
 */
export function statPrint(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined
    ? undefined
    : [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
}

/** Time of the last change of content or name, in milliseconds since 1970; Infinity when the file does not exist. */
export function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? Infinity;
}
