/** Returns a regular expression that matches exactly this text, with any flags. Node 24 has `RegExp.escape`; earlier versions do not. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Returns the regular expression of a pattern: `*` matches any text, every other character itself. */
export function starPattern(pattern: string): string {
  return `^${pattern.split('*').map(escapePattern).join('.*')}$`;
}
