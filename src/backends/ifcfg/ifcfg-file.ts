import { PlanError } from '../../errors.ts';
import { formatAt, type Place, type Said } from '../boot-model.ts';
import { UnreadableError } from './unreadable.ts';

/** One file of shell variables, as initscripts source it. `statements` holds every byte, so unedited parts are printed as they were read. */
export interface IfcfgFile {
  readonly path: string;
  readonly statements: readonly Statement[];
  readonly endsWithNewline: boolean;
}

/** One statement of a file. `text` ends with a newline even where the file does not. */
export type Statement = Assignment | Opaque;

interface Assignment {
  readonly kind: 'assignment';
  readonly key: string;
  /** The value after shell unquoting. */
  readonly value: string;
  readonly text: string;
  /** Text before the key and after the value: white space, a comment, the newline. */
  readonly before: string;
  readonly after: string;
}

/** A blank line, a comment, or text that only a shell understands. */
interface Opaque {
  readonly kind: 'opaque';
  readonly text: string;
  /** Keys that the text may set, judged by its words. */
  readonly hides: ReadonlySet<string> | 'anything';
}

/** The wanted value of a key. */
export interface Setting {
  readonly key: string;
  /** Undefined: the key is to be removed. */
  readonly value: string | undefined;
  /** Returns true if another spelling means `value`. Absent: no other does. */
  readonly means?: (current: string) => boolean;
  /** Initscripts take a missing key for `value`. */
  readonly isDefault?: boolean;
  /** Initscripts search the key by `grep`, so that each of several assignments counts. Absent: the last one counts. */
  readonly anyCounts?: boolean;
}

export function parseIfcfg(path: string, content: string): IfcfgFile {
  const endsWithNewline = content === '' || content.endsWith('\n');
  const { statements, complete } = splitStatements(endsWithNewline ? content : `${content}\n`);
  const parsed = statements.map(parseStatement);
  const last = parsed.pop();
  if (last === undefined) return { path, statements: [], endsWithNewline };
  return { path, statements: [...parsed, complete ? last : opaque(last.text, 'anything')], endsWithNewline };
}

export function printIfcfg({ statements, endsWithNewline }: IfcfgFile): string {
  const text = statements.map((statement) => statement.text).join('');
  return endsWithNewline ? text : text.slice(0, -1);
}

/** Returns the value of a key; undefined also if only a shell can tell it. */
export function peekValue(file: IfcfgFile, key: string): string | undefined {
  if (hidingStatement(file, key) !== undefined) return undefined;
  return assignmentsOf(file, key).at(-1)?.value;
}

/** Returns the value of a key. Throws PlanError if only a shell can tell it. */
export function valueOf(file: IfcfgFile, key: string): string | undefined {
  refuseHidden(file, key);
  const found = assignmentsOf(file, key).at(-1);
  if (found?.value.includes('\uFFFD') === true) {
    throw unreadable(file, found, `${key} is not UTF-8`);
  }
  return found?.value;
}

/** Returns the value of a key with its line; undefined if it is empty. Throws as `valueOf` does. */
export function saidValue(file: IfcfgFile, key: string): Said<string> | undefined {
  const value = valueOf(file, key);
  return value === undefined || value === '' ? undefined : { value, at: placeOf(file, key) };
}

/** Returns the values of all assignments of a key. Throws as `valueOf` does. */
export function everyValue(file: IfcfgFile, key: string): readonly Said<string>[] {
  refuseHidden(file, key);
  return assignmentsOf(file, key).map((one) => ({ value: one.value, at: place(file, one) }));
}

/** Returns the line that gives a key its value; the first line if none does. */
export function placeOf(file: IfcfgFile, key: string): Place {
  const found = assignmentsOf(file, key).at(-1);
  return found === undefined ? firstLine(file) : place(file, found);
}

export function firstLine({ path }: IfcfgFile): Place {
  return { path, line: 1 };
}

/** Returns the lines that only a shell understands. */
export function shellLines(file: IfcfgFile): readonly Place[] {
  return file.statements
    .filter(({ kind, text }) => kind === 'opaque' && !/^\s*(#|$)/.test(text))
    .map((statement) => place(file, statement));
}

/** Returns the keys that the file assigns plainly, each once. */
export function keysOf(file: IfcfgFile): readonly string[] {
  const keys = file.statements.flatMap((statement) =>
    statement.kind === 'assignment' ? [statement.key] : [],
  );
  return [...new Set(keys)];
}

/** Writes every setting. Returns the same object if all settings hold already. New keys go to the end, in order. */
export function assign(file: IfcfgFile, settings: readonly Setting[]): IfcfgFile {
  return settings.reduce(assignOne, file);
}

/** Throws PlanError for a file that cannot be edited without changing what it means. */
export function refuseUneditable(file: IfcfgFile): void {
  for (const statement of file.statements) {
    if (statement.kind === 'opaque' && statement.hides === 'anything') {
      throw unreadable(file, statement, 'is a shell program and should be plain KEY=value lines');
    }
    if (statement.kind === 'assignment' && statement.value.includes('\r')) {
      throw unreadable(
        file,
        statement,
        'ends like a Windows line, which makes the carriage return part of the value',
      );
    }
  }
}

function assignOne(file: IfcfgFile, setting: Setting): IfcfgFile {
  const { key, value, isDefault = false } = setting;
  refuseHidden(file, key);
  const present = assignmentsOf(file, key);
  const last = present.at(-1);
  if (last === undefined && (value === undefined || isDefault)) return file;
  if (last !== undefined && isTrueAlready(present, last, setting)) return file;
  if (value === undefined) return without(file, present);
  if (last === undefined) return { ...file, statements: [...file.statements, assignment(key, value)] };
  const single = without(file, present.slice(0, -1));
  const replacement = assignment(key, value, last);
  return {
    ...single,
    statements: single.statements.map((statement) => (statement === last ? replacement : statement)),
  };
}

function isTrueAlready(
  present: readonly Assignment[],
  last: Assignment,
  { value, means, anyCounts = false }: Setting,
): boolean {
  // Every script asks `[ -n "$KEY" ]`.
  if (value === undefined) return last.value === '';
  const counts = anyCounts ? present : [last];
  return counts.every((one) => one.value === value || means?.(one.value) === true);
}

function without(file: IfcfgFile, removed: readonly Statement[]): IfcfgFile {
  return { ...file, statements: file.statements.filter((statement) => !removed.includes(statement)) };
}

function assignment(key: string, value: string, { before = '', after = '\n' } = {}): Assignment {
  return { kind: 'assignment', key, value, before, after, text: `${before}${key}=${quote(value)}${after}` };
}

function assignmentsOf(file: IfcfgFile, key: string): readonly Assignment[] {
  return file.statements.filter(
    (statement) => statement.kind === 'assignment' && statement.key === key,
  ) as Assignment[];
}

function hidingStatement(file: IfcfgFile, key: string): Opaque | undefined {
  return file.statements.find(
    (statement): statement is Opaque =>
      statement.kind === 'opaque' && (statement.hides === 'anything' || statement.hides.has(key)),
  );
}

function refuseHidden(file: IfcfgFile, key: string): void {
  const statement = hidingStatement(file, key);
  if (statement === undefined) return;
  throw unreadable(file, statement, `${key} is set by a shell command and should be a plain ${key}=value`);
}

function unreadable(file: IfcfgFile, statement: Statement, why: string): UnreadableError {
  const at = place(file, statement);
  return new UnreadableError(at, `${formatAt(at)}: ${why}`);
}

function place(file: IfcfgFile, statement: Statement): Place {
  const above = file.statements.slice(0, file.statements.indexOf(statement));
  const line = above.map(({ text }) => text.split('\n').length - 1).reduce((sum, lines) => sum + lines, 1);
  return { path: file.path, line };
}

/** Quotes a value only where the shell needs it, in double quotes: BONDING_OPTS="mode=6 miimon=100". */
function quote(value: string): string {
  if (/[\n\r\0]/.test(value)) throw new PlanError(`${JSON.stringify(value)} should be a value of one line`);
  if (/^[\w.,:/@%+-]*$/.test(value)) return value;
  return /[$`"\\]/.test(value) ? `'${value.replaceAll("'", `'\\''`)}'` : `"${value}"`;
}

/** Splits the content into statements. A quoted value or a backslash may continue on the next line. `complete` is false if a quote stays open. */
function splitStatements(content: string): { statements: string[]; complete: boolean } {
  const statements: string[] = [];
  let start = 0;
  let quoteMark = '';
  let inComment = false;
  let atWordStart = true;
  for (let index = 0; index < content.length; index++) {
    const char = content.charAt(index);
    const startsWord: boolean = atWordStart;
    atWordStart = false;
    if (inComment) {
      inComment = char !== '\n';
    } else if (char === '\\' && quoteMark !== "'") {
      index++;
      atWordStart = startsWord && content.charAt(index) === '\n';
      continue;
    } else if (quoteMark !== '') {
      if (char === quoteMark) quoteMark = '';
    } else if (char === '"' || char === "'") {
      quoteMark = char;
    } else if (char === '#' && startsWord) {
      inComment = true;
    } else {
      atWordStart = char === ' ' || char === '\t';
    }
    if (char !== '\n' || quoteMark !== '') continue;
    statements.push(content.slice(start, index + 1));
    start = index + 1;
    atWordStart = true;
  }
  if (start === content.length) return { statements, complete: true };
  return { statements: [...statements, content.slice(start)], complete: false };
}

function parseStatement(text: string): Statement {
  if (/^\s*(#|$)/.test(text)) return opaque(text, new Set());
  const [, before, key] = /^([ \t]*)([A-Za-z_]\w*)=/.exec(text) ?? [];
  if (before === undefined || key === undefined) return parseOpaque(text);

  const word = readWord(text, before.length + key.length + 1);
  if (word === undefined) return parseOpaque(text);
  const after = text.slice(word.end);
  // `A=1 command` sets A for the command only; `A=1; B=2` is more than one statement.
  if (!/^([ \t]+(#[^\n]*)?)?\n$/.test(after)) return parseOpaque(text);
  return { kind: 'assignment', key, value: word.value, text, before, after };
}

const compound =
  /^\s*(if|then|elif|else|fi|for|while|until|do|done|case|esac|select|function|time|exec|return|exit|\{|\}|!|\[\[)(\s|$)/;

function parseOpaque(text: string): Opaque {
  const isProgram = compound.test(text) || text.includes('<<') || !isBalanced(text);
  // Every word except references counts: `unset BRIDGE` hides the key, `NOTE="of $BRIDGE"` does not.
  return opaque(text, isProgram ? 'anything' : new Set(text.match(/(?<![\w$]|\$\{)[A-Za-z_]\w*/g)));
}

function opaque(text: string, hides: Opaque['hides']): Opaque {
  return { kind: 'opaque', text, hides };
}

function isBalanced(text: string): boolean {
  const count = (char: string): number => text.split(char).length - 1;
  return count('(') === count(')') && count('{') === count('}') && count('`') % 2 === 0;
}

/** Reads one shell word from `start`. Undefined if only a shell can tell its value. */
function readWord(text: string, start: number): { value: string; end: number } | undefined {
  let value = '';
  let index = start;
  while (!/[ \t\n]/.test(text.charAt(index))) {
    const part = index < text.length ? readPart(text, index) : undefined;
    if (part === undefined) return undefined;
    value += part.value;
    index = part.end;
  }
  return { value, end: index };
}

function readPart(text: string, index: number): { value: string; end: number } | undefined {
  const char = text.charAt(index);
  if (char === "'") {
    const close = text.indexOf("'", index + 1);
    return close === -1 ? undefined : { value: text.slice(index + 1, close), end: close + 1 };
  }
  if (char === '"') return readDoubleQuoted(text, index + 1);
  if (char === '\\') return { value: text.charAt(index + 1).replace('\n', ''), end: index + 2 };
  if (/[;&|<>()$`~]/.test(char)) return undefined;
  return { value: char, end: index + 1 };
}

function readDoubleQuoted(text: string, start: number): { value: string; end: number } | undefined {
  let value = '';
  for (let index = start; index < text.length; index++) {
    const char = text.charAt(index);
    const next = text.charAt(index + 1);
    if (char === '"') return { value, end: index + 1 };
    if (char === '`' || (char === '$' && /[\w{(@*#?$!-]/.test(next))) return undefined;
    if (char === '\\' && '$`"\\\n'.includes(next)) {
      value += next.replace('\n', '');
      index++;
    } else {
      value += char;
    }
  }
  return undefined;
}
