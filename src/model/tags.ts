/** Tags given to a run by `--tags` and `--skip-tags`. */
export interface TagSelection {
  /** Default: `all`. */
  readonly tags?: readonly string[] | undefined;
  readonly skipTags?: readonly string[] | undefined;
}

/**
 * Returns true if a task with these tags runs, by Ansible's rules. `always` runs unless skipped by name, `never` only if one of its tags is asked for.
 * `tagged`, `untagged` and `all` have their usual meaning.
 */
export function isSelected(
  own: readonly string[],
  { tags: wanted = [], skipTags: unwanted = [] }: TagSelection,
): boolean {
  const tags = own.length === 0 ? ['untagged'] : own;
  return isWanted(tags, wanted.length === 0 ? ['all'] : wanted) && !isUnwanted(tags, unwanted);
}

function isWanted(tags: readonly string[], wanted: readonly string[]): boolean {
  if (tags.includes('always') || tags.some((tag) => wanted.includes(tag))) return true;
  return !tags.includes('never') && (wanted.includes('all') || (wanted.includes('tagged') && isTagged(tags)));
}

function isUnwanted(tags: readonly string[], unwanted: readonly string[]): boolean {
  if (unwanted.includes('all')) return !tags.includes('always') || unwanted.includes('always');
  return tags.some((tag) => unwanted.includes(tag)) || (unwanted.includes('tagged') && isTagged(tags));
}

function isTagged(tags: readonly string[]): boolean {
  return !tags.includes('untagged');
}

/** Returns a sentence about an invalid tag; undefined for a valid one. */
export function problemOfTag(tag: string): string | undefined {
  if (/^[^\s,]+$/.test(tag)) return undefined;
  return `tag ${JSON.stringify(tag)} should be one word without commas`;
}
