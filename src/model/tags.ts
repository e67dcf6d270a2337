/** Tags that a run is called with: `--tags` and `--skip-tags`. */
export interface TagSelection {
  /** Default: `all`. */
  readonly tags?: readonly string[] | undefined;
  readonly skipTags?: readonly string[] | undefined;
}

/**
 * Whether a task with these tags is to run, in Ansible's meaning: `always` runs unless it is skipped by name, `never` only
 * when one of its tags is asked for; `tagged`, `untagged` and `all` stand for what they say.
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

/** What speaks against a tag, as a sentence; undefined when nothing does. */
export function problemOfTag(tag: string): string | undefined {
  if (/^[^\s,]+$/.test(tag)) return undefined;
  return `tag ${JSON.stringify(tag)} should be one word without commas`;
}
