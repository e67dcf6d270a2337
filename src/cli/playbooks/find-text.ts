/** Returns the first place of `pattern` in a text; empty when there is none. */
export function placeInText(
  source: string,
  pattern: RegExp,
): { readonly line: number; readonly column: number } | Record<string, never> {
  const index = source.search(pattern);
  if (index === -1) return {};
  const before = source.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
