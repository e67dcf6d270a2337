import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes a file whole or not at all, readable by its owner alone: a draft beside it takes its name when it is complete.
 * The draft is new and has a name that nobody can foresee, so no file of the user's is in the way and no symbolic link
 * leads elsewhere. A symbolic link in place of the file itself is replaced, not followed.
 */
export function replaceFile(file: string, text: string): void {
  const draft = draftFor(file);
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Throws where `replaceFile` would, as far as that can be known before. */
export function tryReplaceFile(file: string): void {
  const draft = draftFor(file);
  closeSync(openSync(draft, 'wx', 0o600));
  rmSync(draft);
}

/** A short name: that of the file may be as long as names can be. */
function draftFor(file: string): string {
  return join(dirname(file), `.kvmplay-${randomBytes(8).toString('hex')}`);
}
