import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes a file atomically, readable by its owner alone: a complete draft beside it is renamed. The draft is new and its
 * name cannot be guessed, so it replaces no file of the user, and no symbolic link redirects it. If the target is a symbolic
 * link, the link itself is replaced, not followed.
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

/** Throws early where `replaceFile` would fail, as far as that can be tested. */
export function tryReplaceFile(file: string): void {
  const draft = draftFor(file);
  closeSync(openSync(draft, 'wx', 0o600));
  rmSync(draft);
}

/** Keeps the name short, because the file's own name may have the maximum length. */
function draftFor(file: string): string {
  return join(dirname(file), `.kvmplay-${randomBytes(8).toString('hex')}`);
}
