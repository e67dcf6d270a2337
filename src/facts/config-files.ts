import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { type ConfigFile, type ConfigFiles, configFilesAfter } from '../model/config-file.ts';

/** No configuration file of a network is larger, in bytes. */
const LARGEST = 262_144;

/**
 * The files that match shell globs, with their permission bits; a symbolic link stands for what it leads to. One process
 * tells all sizes and one prints all contents, whatever their number.
 *
 * A file that cannot be read to the byte (unreadable, not UTF-8, NUL bytes, more than 256 kB) is an error and not an
 * absence: a backend would take it for missing and write over it.
 */
export function configFilesFact(globs: readonly string[]): Fact<ConfigFiles> {
  const patterns = globs.map(toPattern);
  return {
    name: `configFiles ${globs.join(' ')}`,
    script: scriptFor(globs),
    parse,
    after: (files, change) =>
      'path' in change && patterns.some((pattern) => pattern.test(change.path))
        ? configFilesAfter(files, change)
        : files,
  };
}

function scriptFor(globs: readonly string[]): string {
  return `
newline='
'
files=
for file in ${globs.map(checkedGlob).join(' ')}; do
  [ -f "$file" ] || continue
  case $file in *"$newline"*) continue ;; esac
  if [ ! -r "$file" ]; then
    printf '%s is not readable\\n' "$file" >&2
    exit 1
  fi
  files=$files$newline$file
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

/** What the shell matches by a glob that `checkedGlob` lets pass: neither a slash nor a dot at the start of a name. */
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
  if (output.trim() === '') return new Map();

  const border = output.indexOf('\n\n');
  if (border === -1) throw new FactParseError('the list of configuration files has no end');
  const entries = output.slice(0, border).split('\n').map(parseEntry);
  return readContents(entries, Buffer.from(output.slice(border + 1)));
}

/** `644 218 /etc/sysconfig/network-scripts/ifcfg-eno3` */
function parseEntry(line: string): Entry {
  const [, mode, size, path] = /^([0-7]+) (\d+) (.+)$/.exec(line) ?? [];
  if (mode === undefined || size === undefined || path === undefined) {
    throw new FactParseError(`a line about configuration files is unknown: ${JSON.stringify(line)}`);
  }
  const entry = { path, mode: Number.parseInt(mode, 8), size: Number(size) };
  if (entry.size > LARGEST) {
    throw new FactParseError(`file ${path} has ${size} bytes, and a configuration file at most ${LARGEST}`);
  }
  return entry;
}

/** `head -v` puts `\n==> PATH <==\n` before each content. Sizes tell where a content ends, whatever it holds. */
function readContents(entries: readonly Entry[], contents: Buffer): ConfigFiles {
  const files = new Map<string, ConfigFile>();
  let position = 0;
  for (const [index, { path, mode, size }] of entries.entries()) {
    const header = headerOf(path);
    const start = position + header.length;
    if (!startsWith(contents.subarray(position), header)) throw unsound(path);
    position = start + size;

    const next = entries[index + 1];
    const endsWell =
      next === undefined
        ? position === contents.length
        : startsWith(contents.subarray(position), headerOf(next.path));
    if (!endsWell) throw unsound(path);
    files.set(path, { content: checkedText(path, contents.subarray(start, position)), mode });
  }
  return files;
}

function headerOf(path: string): Buffer {
  return Buffer.from(`\n==> ${path} <==\n`);
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
}

function checkedText(path: string, bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (text.includes('\0')) throw new FactParseError(`file ${path} holds NUL bytes: it is not a text file`);
  // What is not UTF-8 arrives as U+FFFD.
  if (text.includes('\uFFFD')) throw new FactParseError(`file ${path} is not UTF-8`);
  return text;
}

/** Replacement characters make a content longer than its file. */
function unsound(path: string): FactParseError {
  return new FactParseError(`file ${path} is not UTF-8, or changed while it was read`);
}
