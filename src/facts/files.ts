import { createHash } from 'node:crypto';
import { FactParseError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import { configFilesAfter, type ConfigFile } from '../model/config-file.ts';
import type { Fact } from '../model/fact.ts';
import {
  expectedFile,
  type FileState,
  type FileStates,
  isTextFile,
  type NoFile,
} from '../model/file-state.ts';
import { quote } from '../model/shell-quote.ts';

/** Size limit in bytes. Files in playbooks are smaller. */
const LARGEST = 262_144;

/** Reads certain paths, each taken literally: text files with content, mode and owner. An existing file that cannot be read is an error, not an absence. */
export function filesFact(paths: readonly string[]): Fact<FileStates> {
  const asked = [...new Set(paths)].sort();
  return {
    name: ['files', ...asked.map(quote)].join(' '),
    script: scriptFor(asked),
    parse,
    after: (files, change) => after(asked, files, change),
    fake: ({ files }) => new Map([...files].filter(([path]) => asked.includes(path))),
    // Contents may be secret, and differences are printed.
    comparable: (files) => new Map([...files].map(([path, file]) => [path, withoutContent(file)])),
  };
}

function scriptFor(paths: readonly string[]): string {
  return `
look() {
  if [ -L "$1" ]; then printf 'link %s\\n' "$(readlink "$1" | head -n 1)"
  elif [ ! -e "$1" ]; then echo nothing
  elif [ -d "$1" ]; then echo folder
  elif [ ! -f "$1" ]; then echo special
  elif [ ! -r "$1" ]; then printf '%s is not readable\\n' "$1" >&2; exit 1
  else
    stat -c 'file %a %u %g %U %G %s' "$1" || exit 1
    head -c ${LARGEST} "$1" || exit 1
    echo
  fi
}
${paths.map((path) => `printf 'path %s\\n' ${quote(path)}; look ${quote(path)}`).join('\n')}
`;
}

function parse(output: string): FileStates {
  const files = new Map<string, FileState>();
  const bytes = Buffer.from(output);
  let position = 0;
  const nextLine = (): string => {
    const end = bytes.indexOf('\n', position);
    const line = bytes.subarray(position, end === -1 ? bytes.length : end).toString('utf8');
    position = end === -1 ? bytes.length : end + 1;
    return line;
  };
  while (position < bytes.length) {
    const heading = nextLine();
    if (heading === '') continue;
    const path = /^path (\/.*)$/.exec(heading)?.[1];
    if (path === undefined) throw unknownLine(heading);
    const line = nextLine();
    const found = /^file ([0-7]+) (\d+) (\d+) (\S+) (\S+) (\d+)$/.exec(line);
    if (found === null) {
      const other = parseOther(line);
      if (other !== undefined) files.set(path, other);
      continue;
    }
    const [, mode = '', uid = '', gid = '', user = '', group = '', size = ''] = found;
    const length = Math.min(Number(size), LARGEST);
    const { text, end } = readText(bytes, position, length, path);
    position = end;
    const owner = { owner: user === 'UNKNOWN' ? uid : user, group: group === 'UNKNOWN' ? gid : group };
    files.set(
      path,
      text === undefined || Number(size) > LARGEST
        ? { is: text === undefined ? 'a binary file' : `a file of ${size} bytes` }
        : { content: text, mode: Number.parseInt(mode, 8), ...owner },
    );
  }
  return files;
}

function parseOther(line: string): NoFile | undefined {
  if (line === 'nothing') return undefined;
  if (line === 'folder') return { is: 'a folder' };
  if (line === 'special') return { is: 'a device, socket or pipe' };
  if (line.startsWith('link ')) return { is: `a symbolic link to ${line.slice(5)}` };
  throw unknownLine(line);
}

interface Text {
  /** Undefined: the file is no text. */
  readonly text: string | undefined;
  /** Position after this file in the output. */
  readonly end: number;
}

/** Bytes that are not UTF-8 arrive as U+FFFD, which is longer. The next heading then marks the end, and the file is no text. */
function readText(bytes: Buffer, start: number, length: number, path: string): Text {
  const text = bytes.subarray(start, start + length).toString('utf8');
  const end = start + length + 1;
  const isText = !text.includes('\0') && !text.includes('\uFFFD');
  if (
    isText &&
    bytes[end - 1] === 10 &&
    (end >= bytes.length || bytes.toString('utf8', end, end + 6) === 'path /')
  )
    return { text, end };
  if (isText && !bytes.subarray(start).toString('utf8').includes('\uFFFD'))
    throw new FactParseError(`file ${path} changed while it was read`);
  const next = bytes.indexOf('\npath /', start);
  return { text: undefined, end: next === -1 ? bytes.length : next + 1 };
}

function unknownLine(line: string): FactParseError {
  return new FactParseError(`cannot read a line about files: ${JSON.stringify(line)}`);
}

function after(paths: readonly string[], files: FileStates, change: Change): FileStates {
  if (change.kind === 'package.install') {
    const expected = paths.filter((path) => !files.has(path)).map((path) => [path, expectedFile] as const);
    return new Map<string, FileState>([...files, ...expected]);
  }
  const isOurs = 'path' in change && paths.includes(change.path);
  if (!isOurs) return files;
  const known = new Map([...files].filter((entry): entry is [string, ConfigFile] => isTextFile(entry[1])));
  const others = [...files].filter(([path, file]) => !isTextFile(file) && path !== change.path);
  return new Map<string, FileState>([...others, ...configFilesAfter(known, change)]);
}

function withoutContent(file: FileState): unknown {
  if (!isTextFile(file)) return file;
  const { content, ...rest } = file;
  const owner = { owner: 'root', group: 'root', ...rest };
  return { ...owner, sha256: createHash('sha256').update(content).digest('hex').slice(0, 16) };
}
