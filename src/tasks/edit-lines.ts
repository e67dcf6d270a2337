import { textLines, toText } from './text-lines.ts';

/** What becomes of the lines of a text. */
export interface LineEdit {
  /** With `match` and `present`: one, which is said once. */
  readonly lines: readonly string[];
  readonly state: 'present' | 'absent';
  readonly match?: RegExp | undefined;
  readonly after?: RegExp | undefined;
  readonly before?: RegExp | undefined;
}

/** The text with its lines edited; to the byte the same where nothing is to do. */
export function editLines(text: string, edit: LineEdit): string {
  const old = textLines(text);
  const edited = edit.state === 'absent' ? without(old, edit) : withLines(old, edit);
  if (edited.length === old.length && edited.every((line, index) => line === old[index])) return text;
  return toText(edited);
}

function without(old: readonly string[], { lines, match }: LineEdit): readonly string[] {
  return old.filter((line) => !lines.includes(line) && match?.test(line) !== true);
}

function withLines(old: readonly string[], edit: LineEdit): readonly string[] {
  const { lines, match } = edit;
  const [only] = lines;
  if (only === undefined) return old;
  if (match === undefined) {
    const missing = new Set(lines.filter((line) => !old.includes(line)));
    return insert(old, [...missing], edit);
  }

  // The line itself counts, too: otherwise one that does not match would be there twice.
  const isMeant = (line: string): boolean => line === only || match.test(line);
  const first = old.findIndex(isMeant);
  if (first === -1) return insert(old, [only], edit);
  return old.flatMap((line, index) => {
    if (index === first) return [only];
    return isMeant(line) ? [] : [line];
  });
}

function insert(
  old: readonly string[],
  added: readonly string[],
  { after, before }: LineEdit,
): readonly string[] {
  const place = after === undefined ? firstMatch(old, before) : lastMatch(old, after) + 1;
  const at = place > 0 || (before !== undefined && place === 0) ? place : old.length;
  return [...old.slice(0, at), ...added, ...old.slice(at)];
}

function firstMatch(lines: readonly string[], pattern: RegExp | undefined): number {
  return pattern === undefined ? -1 : lines.findIndex((line) => pattern.test(line));
}

function lastMatch(lines: readonly string[], pattern: RegExp): number {
  return lines.findLastIndex((line) => pattern.test(line));
}
