import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { FileDelete, FileUpdate } from '../../src/changes/file.ts';
import type { Family, Kind } from '../../src/changes/kind.ts';
import { schemaOf, text } from '../../src/changes/shape.ts';
import type { FilePermissions, StagedFile } from '../../src/model/staged-file.ts';

interface Note {
  readonly kind: 'note.write';
  readonly words: string;
}

// What every kind has.
const schema = (): z.ZodType<Note> => schemaOf<Note>()({ kind: z.literal('note.write'), words: text });
const members = {
  schema,
  describe: ({ words }: Note): string => `+ note ${words}`,
  inverse: (): undefined => undefined,
  touches: (): object => ({}),
  drift: () => ({ facts: [], check: () => [] }),
};
const stage = ({ words }: Note): StagedFile => ({ path: `/etc/${words}`, permissions: {} });
const compile = ({ words }: Note) => [{ argv: ['note', words] }];

// A member that is left out does not compile: the compiler complains of each of these comments that is not needed.
const { schema: _schema, ...noSchema } = { ...members, compile };
const { describe: _describe, ...noDescribe } = { ...members, compile };
const { inverse: _inverse, ...noInverse } = { ...members, compile };
const { touches: _touches, ...noTouches } = { ...members, compile };
const { drift: _drift, ...noDrift } = { ...members, compile };

type NoteKind = Kind<Note, Note>;

const incomplete: readonly NoteKind[] = [
  // @ts-expect-error -- Property 'schema' is missing
  noSchema,
  // @ts-expect-error -- Property 'describe' is missing
  noDescribe,
  // @ts-expect-error -- Property 'inverse' is missing
  noInverse,
  // @ts-expect-error -- Property 'touches' is missing
  noTouches,
  // @ts-expect-error -- Property 'drift' is missing
  noDrift,
  // @ts-expect-error -- neither compiled nor staged
  members,
  // @ts-expect-error -- both compiled and staged
  { ...members, compile, stage },
];

const complete: readonly NoteKind[] = [
  { ...members, compile },
  { ...members, stage },
];

// @ts-expect-error -- a family lacks one of its kinds
const half: Family<FileUpdate | FileDelete> = {};

// @ts-expect-error -- a schema lacks the optional member group
const lacking = schemaOf<FilePermissions>()({
  mode: z.exactOptional(z.number()),
  owner: z.exactOptional(text),
});

// @ts-expect-error -- a schema takes a member for something else
const otherwise = schemaOf<Note>()({ kind: z.literal('note.write'), words: z.number() });

describe('a family', () => {
  it('lets the compiler find what is left out', () => {
    expect([incomplete.length, complete.length, half, lacking, otherwise]).toHaveLength(5);
  });
});
