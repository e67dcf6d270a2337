import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { type ConfigFile, type ConfigFiles, configFilesAfter } from '../model/config-file.ts';
import { type FileState, isTextFile } from '../model/file-state.ts';

/** Size limit in bytes. Network configuration files are smaller. */
const LARGEST = 262_144;

interface ConfigFilesOptions {
  /** A shell command; if it fails, no files are looked for. Default: files are looked for on every host. */
  readonly when?: string | undefined;
}

/**
 * Reads the files that match shell globs, with their permission bits; a symbolic link counts as its target. One process prints all sizes and another all
 * contents, whatever the number of files.
 *
 * A file that cannot be read to the byte (unreadable, not UTF-8, NUL bytes, more than 256 kB) has a flaw. It is never reported as absent, since a backend
 * would then overwrite it.
 */
export function configFilesFact(
  globs: readonly string[],
  { when }: ConfigFilesOptions = {},
): Fact<ConfigFiles> {
  const patterns = globs.map(toPattern);
  const isMatched = (path: string): boolean => patterns.some((pattern) => pattern.test(path));
  return {
    name: `configFiles ${globs.join(' ')}`,
    script: `${when === undefined ? '' : `${when} || exit 0`}${scriptFor(globs)}`,
    parse,
    after: (files, change) =>
      'path' in change && isMatched(change.path) ? configFilesAfter(files, change) : files,
    fake: ({ files }) =>
      new Map([...files].flatMap(([path, file]) => (isMatched(path) ? [[path, fakeFile(file)]] : []))),
  };
}

function fakeFile(file: FileState): ConfigFile {
  return isTextFile(file) ? file : { content: '', mode: 0, flaw: { is: `is ${file.is}`, legible: false } };
}

function scriptFor(globs: readonly string[]): string {
  return `
newline='
'
files=
for file in ${globs.map(checkedGlob).join(' ')}; do
  [ -f "$file" ] || continue
  case $file in *"$newline"*) continue ;; esac
  if [ -r "$file" ]; then
    files=$files$newline$file
  else
    printf 'unreadable %s\\n' "$file"
  fi
done
[ -n "$files" ] || exit 0
set -f
IFS=$newline
stat -L -c '%a %s %n' -- $files && echo && head -v -c ${LARGEST} -- $files
`;
}

/** Globs stand in the script unquoted, or they would match nothing. */
function checkedGlob(glob: string): string {
  if (/^\/[\w@.,:/*?[\]-]+$/.test(glob)) return glob;
  throw new TypeError(
    `glob ${JSON.stringify(glob)} should be an absolute path of plain characters, * ? and []`,
  );
}

/** Returns a regular expression for a glob that `checkedGlob` accepts. A wildcard matches no slash, and no dot at the start of a name. */
function toPattern(glob: string): RegExp {
  const pattern = glob.replace(/[.+?*]/g, (sign) => {
    if (sign === '*') return '[^/]*';
    return sign === '?' ? '[^/]' : `\\${sign}`;
  });
  return new RegExp(`^(?!.*/\\.)${pattern}$`);
}

interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
}

function parse(output: string): ConfigFiles {
  const unread = [...output.matchAll(/^unreadable (.+)\n/gmy)];
  const rest = output.slice(unread.reduce((length, [line]) => length + line.length, 0));
  const files = new Map<string, ConfigFile>(
    unread.map(([, path = '']) => [path, flawed('is not readable', 0)]),
  );
  if (rest.trim() === '') return files;

  const border = rest.indexOf('\n\n');
  if (border === -1) throw new FactParseError('the list of configuration files ends too early');
  const entries = rest.slice(0, border).split('\n').map(parseEntry);
  for (const [path, file] of readContents(entries, Buffer.from(rest.slice(border + 1))))
    files.set(path, file);
  return files;
}

/** `644 218 /etc/sysconfig/network-scripts/ifcfg-eno3` */
function parseEntry(line: string): Entry {
  const [, mode, size, path] = /^([0-7]+) (\d+) (.+)$/.exec(line) ?? [];
  if (mode === undefined || size === undefined || path === undefined) {
    throw new FactParseError(`cannot read a line about configuration files: ${JSON.stringify(line)}`);
  }
  return { path, mode: Number.parseInt(mode, 8), size: Number(size) };
}

/**
 * `head -v` puts `\n==> PATH <==\n` before each content. A content ends after its size, whatever it holds. Bytes that are not UTF-8 arrive as U+FFFD, which
 * is at least as long.
 */
function readContents(entries: readonly Entry[], contents: Buffer): ReadonlyMap<string, ConfigFile> {
  const files = new Map<string, ConfigFile>();
  let position = 0;
  for (const [index, entry] of entries.entries()) {
    const header = headerOf(entry.path);
    if (!startsWith(contents.subarray(position), header)) throw unknownPlace(entry.path);
    const start = position + header.length;
    const soundEnd = start + Math.min(entry.size, LARGEST);
    const next = entries[index + 1];
    position =
      next === undefined
        ? contents.length
        : contents.indexOf(headerOf(next.path), Math.min(soundEnd, contents.length));
    if (position === -1) throw unknownPlace(next?.path ?? '');
    files.set(entry.path, toFile(entry, contents.toString('utf8', start, position), position === soundEnd));
  }
  return files;
}

function toFile({ mode, size }: Entry, text: string, isSound: boolean): ConfigFile {
  if (size > LARGEST) return flawed(`has ${size} bytes, more than ${LARGEST}`, mode);
  if (text.includes('\0')) return flawed('holds NUL bytes', mode);
  if (text.includes('\uFFFD')) return { content: text, mode, flaw: { is: 'is not UTF-8', legible: true } };
  return isSound ? { content: text, mode } : flawed('changed while it was read', mode);
}

function flawed(is: string, mode: number): ConfigFile {
  return { content: '', mode, flaw: { is, legible: false } };
}

function headerOf(path: string): Buffer {
  return Buffer.from(`\n==> ${path} <==\n`);
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
}

function unknownPlace(path: string): FactParseError {
  return new FactParseError(`the answer about configuration files has no heading for ${path}`);
}
