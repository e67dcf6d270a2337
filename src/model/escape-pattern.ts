/** The regular expression that matches this text alone, with any flags. Node 24 has `RegExp.escape`, the ones before have not. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** The regular expression of a pattern in which `*` stands for any text, and everything else for itself. */
export function starPattern(pattern: string): string {
  return `^${pattern.split('*').map(escapePattern).join('.*')}$`;
}
