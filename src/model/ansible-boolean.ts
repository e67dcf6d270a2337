const trueWords: ReadonlySet<string> = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0']);
const falseWords: ReadonlySet<string> = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0']);

/**
 * Reads a boolean as Ansible does: from YAML (`true`), from a quoted string (`'yes'`) or from a number (`1`). Returns undefined for everything else; the
 * caller names the wrong value.
 */
export function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') {
    return value;
  }
  if (typeof value !== 'string' && typeof value !== 'number') {
    return undefined;
  }
  const word = String(value).trim().toLowerCase();
  if (trueWords.has(word)) {
    return true;
  }
  return falseWords.has(word) ? false : undefined;
}
