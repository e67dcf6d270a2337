import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';

/**
 * By content for files that people edit, so that `git checkout` there and back changes nothing. A link that leads to an equal
 * file elsewhere is another one: what that one imports may differ.
 */
export function contentPrint(file: string): string | undefined {
  try {
    return `${realpathSync(file)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  } catch {
    return undefined;
  }
}

/**
 * By what the file system says for the many that come with packages. npm sets one time for every file it writes, but no
 * program sets the time of the last change of an inode.
 */
export function statPrint(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined
    ? undefined
    : [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
}

/** Milliseconds since 1970 of the last change of content or name; the end of time when there is no such file. */
export function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? Infinity;
}
