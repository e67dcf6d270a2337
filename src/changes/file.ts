import * as z from 'zod';
import { filesFact, type FileState, isTextFile } from '../facts/index.ts';
import { type FilePermissions, formatMode, type StagedFile } from '../model/staged-file.ts';
import type { Drift, Family } from './kind.ts';
import { schemaOf, text, word } from './shape.ts';
import { compare, join } from './words.ts';

export interface FileWrite {
  readonly kind: 'file.write';
  readonly path: string;
  /** Permission bits of a new file; those of a file that exists are changed by `file.update`. */
  readonly mode: number;
  /** Owner of a new file. Absent: root. */
  readonly owner?: string;
  readonly group?: string;
  /** Absent: there is no such file yet. */
  readonly before?: string;
  readonly after: string;
  /** True: its content is shown to nobody; false: to everybody. Absent: to nobody when only its owner may read the file. */
  readonly secret?: boolean;
  /** Keys of lines such as `KEY=value` or `key: value` whose values are shown to nobody. */
  readonly secretKeys?: readonly string[];
}
export interface FileUpdate {
  readonly kind: 'file.update';
  readonly path: string;
  /** Both sides hold only the members that differ. */
  readonly before: FilePermissions;
  readonly after: FilePermissions;
}
export interface FileDelete {
  readonly kind: 'file.delete';
  readonly path: string;
  readonly mode: number;
  readonly owner?: string;
  readonly group?: string;
  readonly before: string;
  readonly secret?: boolean;
  readonly secretKeys?: readonly string[];
}

export type FileChange = FileWrite | FileUpdate | FileDelete;

const bits = z.number().int().min(0).max(0o7777);
const path = z.string().startsWith('/');

const permissions = schemaOf<FilePermissions>()({
  mode: z.exactOptional(bits),
  owner: z.exactOptional(word),
  group: z.exactOptional(word),
});

const file = {
  path,
  mode: bits,
  owner: z.exactOptional(word),
  group: z.exactOptional(word),
  secret: z.exactOptional(z.boolean()),
  secretKeys: z.exactOptional(z.array(z.string())),
};

/** Reports name the path of a file, never its content. */
export const fileFamily: Family<FileChange> = {
  'file.write': {
    schema: () =>
      schemaOf<FileWrite>()({
        kind: z.literal('file.write'),
        ...file,
        before: z.exactOptional(text),
        after: text,
      }),
    describe: (change) =>
      change.before === undefined
        ? `+ file ${join(change.path, ...describePermissions({}, change))}`
        : `~ file ${change.path}`,
    inverse: ({ before, after, ...rest }) =>
      before === undefined
        ? { ...rest, kind: 'file.delete', before: after }
        : { ...rest, before: after, after: before },
    stage: stageWrite,
    touches: () => ({}),
    drift: driftOf,
  },
  'file.update': {
    schema: () =>
      schemaOf<FileUpdate>()({
        kind: z.literal('file.update'),
        path,
        before: permissions,
        after: permissions,
      }),
    describe: (change) =>
      `~ file ${change.path} ${describePermissions(change.before, change.after).join(', ')}`,
    inverse: (change) => ({ ...change, before: change.after, after: change.before }),
    stage: (change) => ({ path: change.path, permissions: change.after }),
    touches: () => ({}),
    drift: driftOf,
  },
  'file.delete': {
    schema: () => schemaOf<FileDelete>()({ kind: z.literal('file.delete'), ...file, before: text }),
    describe: (change) => `- file ${change.path}`,
    inverse: ({ before, ...rest }) => ({ ...rest, kind: 'file.write', after: before }),
    stage: (change) => ({ path: change.path, content: { before: change.before }, permissions: {} }),
    touches: () => ({}),
    drift: driftOf,
  },
};

/** For a new file, the owner is told only if it is not root. */
function describePermissions(before: FilePermissions, after: FilePermissions): string[] {
  const mode = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : formatMode(value);
  const pair = (name: string, was: string | undefined, will: string | undefined): string | undefined => {
    if (will === undefined) return undefined;
    return was === undefined ? `${name} ${will}` : `${name} ${was} → ${will}`;
  };
  return [
    pair('mode', mode(before.mode), mode(after.mode)),
    pair('owner', before.owner, after.owner),
    pair('group', before.group, after.group),
  ].filter((setting) => setting !== undefined);
}

function stageWrite({ path: at, before, after, mode, owner, group }: FileWrite): StagedFile {
  if (before !== undefined) return { path: at, content: { before, after }, permissions: {} };
  const given = { mode, ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) };
  return { path: at, content: { after }, permissions: given };
}

function driftOf(change: FileChange): Drift {
  const fact = filesFact([change.path]);
  return { facts: [fact], check: (answer) => checkFile(change, answer(fact).get(change.path)) };
}

/** Contents are not shown: they may hold secrets. */
function checkFile(change: FileChange, state: FileState | undefined): readonly string[] {
  const at = change.path;
  if (state !== undefined && !isTextFile(state)) return [`${at} is ${state.is}`];
  if (change.kind === 'file.update')
    return state === undefined ? [`file ${at} is gone`] : checkPermissions(change, state);
  if (state?.content === change.before) return [];
  if (state === undefined) return [`file ${at} is gone`];
  return [change.before === undefined ? `file ${at} exists already` : `content of file ${at} differs`];
}

function checkPermissions(
  { path: at, before: { mode, owner, group } }: FileUpdate,
  state: Extract<FileState, { content: string }>,
): readonly string[] {
  return [
    ...(mode === undefined ? [] : compare(`mode of ${at}`, formatMode(mode), formatMode(state.mode))),
    ...(owner === undefined ? [] : compare(`owner of ${at}`, owner, state.owner ?? 'root')),
    ...(group === undefined ? [] : compare(`group of ${at}`, group, state.group ?? 'root')),
  ];
}
