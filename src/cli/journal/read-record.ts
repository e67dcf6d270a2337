import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { changeSchema, unknownIn } from '../../changes/schema.ts';
import type { RunEvent } from '../../engine/events.ts';
import { foldRun } from '../../engine/fold/fold-run.ts';
import type { FoldedRun } from '../../engine/fold/folded-run.ts';
import { UsageError } from '../../errors.ts';
import { whyUnreadable } from '../../model/file-finding.ts';
import { versionOfKvmplay } from '../version.ts';
import { toPresentShape } from './older-events.ts';
import type { RecordHeader, RunRecord, UnknownChange } from './record.ts';

/** @throws UsageError for a file that is no record, or one of a format that this kvmplay does not know. */
export async function readRecord(file: string): Promise<RunRecord> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`the record ${file} ${whyUnreadable(error)}`, { cause: error });
  });
  const [first, ...rest] = valuesOf(text);
  const header = readHeader(first, file);
  const lines = rest.map(readLine);
  const wrong = lines.indexOf(undefined);
  if (wrong !== -1) throw notOfRecord(file, wrong + 2);
  const known = lines.filter((line) => line !== undefined);
  return {
    header,
    run: fold(
      known.flatMap(({ event }) => event ?? []),
      file,
    ),
    secrets: known.flatMap(({ secrets = [] }) => secrets),
    unknown: known.flatMap(({ unknown }) => unknown ?? []),
  };
}

/** Parses the lines. The last one is empty, or incomplete after a kill. */
function valuesOf(text: string): readonly unknown[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const values = lines.map((line) => parseLine(line));
  if (last !== '') values.push(parseLine(last));
  if (values.length > 1 && values.at(-1) === undefined) values.pop();
  return values;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

const headerSchema: z.ZodType<RecordHeader> = z.object({
  type: z.literal('record'),
  format: z.literal(1),
  id: z.string(),
  version: z.string(),
  command: z.enum(['run', 'apply']),
  playbooks: z.array(z.string()),
  inventory: z.array(z.string()),
  limit: z.exactOptional(z.string()),
  only: z.exactOptional(z.array(z.string())),
  extraVars: z.record(z.string(), z.unknown()),
  leftOut: z.array(z.string()),
  options: z.record(z.string(), z.union([z.boolean(), z.string(), z.number(), z.array(z.string())])),
  startedAt: z.number(),
  user: z.string(),
});

const otherFormat = z.looseObject({ type: z.literal('record'), format: z.number(), version: z.string() });

function readHeader(value: unknown, file: string): RecordHeader {
  const header = headerSchema.safeParse(value);
  if (header.success) return header.data;
  const other = otherFormat.safeParse(value);
  if (!other.success || other.data.format === 1) throw notOfRecord(file, 1);
  const { format, version } = other.data;
  throw new UsageError(
    `${file} has the format ${format} of kvmplay ${version}, and this kvmplay ${versionOfKvmplay()} reads format 1`,
  );
}

/** Exactly one member is set. */
interface ReadLine {
  readonly event?: RunEvent;
  readonly secrets?: readonly string[];
  readonly unknown?: UnknownChange;
}

const secretsSchema = z.strictObject({ type: z.literal('secrets'), secrets: z.array(z.string()) });
const eventSchema = z.looseObject({ seq: z.number(), at: z.number(), type: z.string() });
const changeDoneSchema = z.looseObject({ host: z.string(), change: changeSchema });

/** Returns undefined when the value cannot be a line of a record. */
function readLine(value: unknown): ReadLine | undefined {
  const secrets = secretsSchema.safeParse(value);
  if (secrets.success) return { secrets: secrets.data.secrets };
  const event = eventSchema.safeParse(value);
  if (!event.success) return undefined;
  // The fold skips unknown types of events, and trusts the others.
  if (event.data.type !== 'change.done') return { event: value as RunEvent };
  const done = changeDoneSchema.safeParse(value);
  if (done.success) return { event: value as RunEvent };
  const what = unknownIn(done.error);
  return what === undefined ? undefined : { unknown: { host: String(event.data['host']), what } };
}

function fold(events: readonly RunEvent[], file: string): FoldedRun {
  try {
    return foldRun(toPresentShape(events));
  } catch (error) {
    throw new UsageError(`${file} holds events that are not those of a run of kvmplay`, { cause: error });
  }
}

function notOfRecord(file: string, line: number): UsageError {
  return new UsageError(`line ${line} of ${file} is not that of a record of kvmplay`);
}
