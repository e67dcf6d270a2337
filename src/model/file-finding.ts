/** Says why a file could not be read, as words to follow its path: `does not exist`, `cannot be read: permission denied`. */
export function whyUnreadable(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'does not exist';
    case 'EISDIR':
      return 'is a folder and should be a file';
    default:
      return `cannot be read: ${reasonOf(error)}`;
  }
}

/** Says why a file could not be written, as words to follow its path: `cannot be written: no space left on device`. */
export function whyUnwritable(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'cannot be written: its folder does not exist';
    case 'EISDIR':
      return 'is a folder and should be a file';
    default:
      return `cannot be written: ${reasonOf(error)}`;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Node's message `EACCES: permission denied, open '/etc/x'` repeats code, call and path. */
function reasonOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return /^E[A-Z0-9]+: (.+?), [a-z]+(?: '.*)?$/s.exec(message)?.[1] ?? message;
}
