import * as z from 'zod';
import { PlanError } from '../errors.ts';
import { expectedFile, filesFact, platform } from '../facts/index.ts';
import { defineTask, type TaskFunction } from './define-task.ts';
import { editLines } from './files/edit-lines.ts';
import { filePath, findFile, writeFile } from './files/file-changes.ts';
import { fields, flag, listOf, matching, type Shape, state } from './input/input.ts';
import { requireRoot } from './input/require-root.ts';

/** Desired lines of a text file. */
export interface DesiredLines {
  /** Absolute path. */
  readonly path: string;
  /** Whole lines, without line ends. */
  readonly lines?: readonly string[] | undefined;
  /** `absent` removes the lines, and lines that `match`. Default: `present`. */
  readonly state?: 'present' | 'absent' | undefined;
  /** Pattern for an existing line. `lines` must then be a single line: it replaces the first match, and further matches are removed. */
  readonly match?: RegExp | undefined;
  /** Inserts new lines after the last line that matches. Default: the end of the file. */
  readonly after?: RegExp | undefined;
  /** Inserts new lines before the first line that matches. Default: the end of the file. */
  readonly before?: RegExp | undefined;
  /** Whether a missing file is created, owned by root with mode 0644. Default: `false`. */
  readonly create?: boolean | undefined;
  /** Whether reports and logs omit the content. Default: only for a file that nobody but its owner may read. */
  readonly secret?: boolean | undefined;
}

/** The result of `ensureLines`. */
export interface LinesOutput {
  /** Path of the file. */
  readonly path: string;
}

const line = matching('a line of text without its end', (value) => !/[\n\r\0]/.test(value));

/** With the flags g and y an expression keeps a position between calls, so planning would not be repeatable. */
const expression = z.custom<RegExp>(
  (value) =>
    Object.prototype.toString.call(value) === '[object RegExp]' && !/[gy]/.test((value as RegExp).flags),
  { error: 'a regular expression without the flags g and y, such as /^PermitRootLogin /' },
);

const schema = fields({
  path: filePath,
  lines: listOf(line, 'lines').default([]),
  state,
  match: expression.optional(),
  after: expression.optional(),
  before: expression.optional(),
  create: flag.default(false),
  secret: flag.optional(),
} satisfies Shape<DesiredLines>);

type LinesSpec = z.output<typeof schema>;

type LinesFacts = ReturnType<typeof factsFor>;

/**
 * Ensures that a text file contains certain lines, or does not contain them. Its other lines stay.
 *
 * Without `match`, each of `lines` that is missing is added. With `match`, the first matching line becomes the wanted one, and further matches are removed;
 * if nothing matches, the line is added.
 *
 * Lines are compared without their ends. New lines end like the first line of the file, with LF or with CR and LF.
 *
 * @example
 * const sshd = await ensureLines(host, {
 *   path: '/etc/ssh/sshd_config',
 *   match: /^#?\s*PermitRootLogin\s/,
 *   lines: ['PermitRootLogin prohibit-password'],
 * });
 * if (sshd.changed) await host.exec('systemctl reload sshd');
 *
 * @throws TaskInputError when a field is wrong, such as a line that holds a line feed.
 * @throws PlanError when the file does not exist and `create` is not set, or when the path holds something other than a text file.
 */
export const ensureLines: TaskFunction<DesiredLines, LinesSpec, LinesFacts, LinesOutput> = defineTask({
  name: 'ensureLines',
  schema,
  check,
  facts: factsFor,
  subject: ({ path }) => path,
  plan: (desired, { platform: host, files }) => {
    const { path, create, secret } = desired;
    const current = findFile(files, path);
    if (current === undefined && desired.state === 'absent') return requireRoot([], { platform: host });
    if (files.get(path) === expectedFile) {
      const warnings = [
        `the changes of ${path} are unknown until the package that may bring it is installed`,
      ];
      return requireRoot([], { platform: host, warnings });
    }
    if (current === undefined && !create)
      throw new PlanError(`${path} does not exist: create should be true to create it`);
    const content = editLines(current?.content ?? '', desired);
    return requireRoot(writeFile(path, current, { content, secret }), { platform: host });
  },
  output: ({ path }) => ({ path }),
});

function factsFor({ path }: LinesSpec) {
  return { platform, files: filesFact([path]) };
}

function check({ lines, match, after, before, state: wanted }: LinesSpec): string | undefined {
  if (lines.length === 0 && (wanted === 'present' || match === undefined))
    return 'lines is missing, it should name a line';
  if (wanted === 'present' && match !== undefined && lines.length !== 1)
    return `lines has ${lines.length} lines, it should have one together with match`;
  return after !== undefined && before !== undefined
    ? 'after and before are both given, one of them should be left out'
    : undefined;
}
