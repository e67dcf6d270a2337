import { textLines } from './text-lines.ts';

/** An edit of lines in a text. */
export interface LineEdit {
  /** With `match` and `present`: exactly one line. */
  readonly lines: readonly string[];
  readonly state: 'present' | 'absent';
  readonly match?: RegExp | undefined;
  readonly after?: RegExp | undefined;
  readonly before?: RegExp | undefined;
}

interface Line {
  readonly text: string;
  readonly end: '\n' | '\r\n';
}

/** Edits the lines of a text. The text stays the same to the byte if nothing is to do. New lines end like the first one. */
export function editLines(text: string, edit: LineEdit): string {
  const old = linesOf(text);
  const edited = edit.state === 'absent' ? without(old, edit) : withLines(old, edit);
  if (edited.length === old.length && edited.every((line, index) => line.text === old[index]?.text))
    return text;
  return edited.map((line) => line.text + line.end).join('');
}

function linesOf(text: string): readonly Line[] {
  const lines = textLines(text).map((line): Line => {
    return line.endsWith('\r') ? { text: line.slice(0, -1), end: '\r\n' } : { text: line, end: '\n' };
  });
  const last = lines.at(-1);
  // A text without any line end gets the usual one.
  return last === undefined || /[\r\n]$/.test(text)
    ? lines
    : [...lines.slice(0, -1), { ...last, end: usualEnd(lines) }];
}

function usualEnd(lines: readonly Line[]): Line['end'] {
  return lines[0]?.end ?? '\n';
}

function without(old: readonly Line[], { lines, match }: LineEdit): readonly Line[] {
  return old.filter(({ text }) => !lines.includes(text) && match?.test(text) !== true);
}

function withLines(old: readonly Line[], edit: LineEdit): readonly Line[] {
  const { lines, match } = edit;
  const [only] = lines;
  if (only === undefined) return old;
  if (match === undefined) {
    const missing = new Set(lines.filter((line) => !old.some(({ text }) => text === line)));
    return insert(old, [...missing], edit);
  }

  // The wanted line counts as well; otherwise a wanted line that does not match would be added twice.
  const isMeant = ({ text }: Line): boolean => text === only || match.test(text);
  const first = old.findIndex(isMeant);
  if (first === -1) return insert(old, [only], edit);
  return old.flatMap((line, index) => {
    if (index === first) return [{ ...line, text: only }];
    return isMeant(line) ? [] : [line];
  });
}

function insert(
  old: readonly Line[],
  added: readonly string[],
  { after, before }: LineEdit,
): readonly Line[] {
  const place = after === undefined ? firstMatch(old, before) : lastMatch(old, after) + 1;
  const at = place > 0 || (before !== undefined && place === 0) ? place : old.length;
  const end = usualEnd(old);
  return [...old.slice(0, at), ...added.map((text) => ({ text, end })), ...old.slice(at)];
}

function firstMatch(lines: readonly Line[], pattern: RegExp | undefined): number {
  return pattern === undefined ? -1 : lines.findIndex(({ text }) => pattern.test(text));
}

function lastMatch(lines: readonly Line[], pattern: RegExp): number {
  return lines.findLastIndex(({ text }) => pattern.test(text));
}
