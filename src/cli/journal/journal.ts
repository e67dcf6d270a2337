import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Reporter } from '../../engine/events.ts';
import { namingFields } from '../../model/secrets.ts';
import { UsageError } from '../../errors.ts';
import { whyUnwritable } from '../../model/file-finding.ts';
import type { CliIo } from '../io.ts';
import { readRecord } from './read-record.ts';
import type { RecordHeader, RunRecord } from './record.ts';

/** Number of records kept; each further run deletes the oldest. */
const MOST_RECORDS = 200;

/** `$XDG_STATE_HOME/kvmplay/runs` */
export function journalFolder(env: CliIo['env']): string {
  const { XDG_STATE_HOME: state, HOME: home = homedir() } = env;
  // The XDG Base Directory Specification says: ignore a relative path.
  const base = state?.startsWith('/') === true ? state : join(home, '.local', 'state');
  return join(base, 'kvmplay', 'runs');
}

/**
 * Makes an id such as `20261123-194512-12345`, in UTC, so that ids sort by time. The last digits are hundredths of a
 * millisecond. `now` is milliseconds since 1970 with their fraction.
 */
export function newRecordId(now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().replaceAll(/[-:]/g, '').split('T');
  const fraction = String(Math.floor((now % 1) * 100)).padStart(2, '0');
  return `${date}-${time.slice(0, 6)}-${time.slice(7, 10)}${fraction}`;
}

/**
 * Appends each event of a run to its record at once, so that the record survives a kill. When writing fails, warns once; the
 * run goes on.
 */
export function journalReporter(
  header: RecordHeader,
  { env, stderr, secrets }: Pick<CliIo, 'env' | 'stderr' | 'secrets'>,
): Reporter {
  const folder = journalFolder(env);
  const file = fileOf(folder, header.id);
  let isOpen = true;
  let isBegun = false;
  const write = (value: object): void => {
    if (!isOpen) return;
    try {
      // Only the owner may read it: changes can hold secrets, which an undo needs.
      appendFileSync(file, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    } catch (error) {
      isOpen = false;
      stderr.write(
        `kvmplay: this run is not recorded, it cannot be undone: ${file} ${whyUnwritable(error)}\n`,
      );
    }
  };
  const known = new Set<string>();
  return {
    hearsSecrets: true,
    onEvent(event) {
      if (!isBegun) {
        isBegun = true;
        makeRoom(folder);
        write(header);
      }
      if (event.type !== 'change.done') {
        write(secrets.maskIn(event, namingFields));
        return;
      }
      // The journal keeps plain values, because an undo needs them, and lists the secrets so that an undo can mask them.
      const found = [...secrets.foundIn(event.change)].filter((secret) => !known.has(secret));
      for (const secret of found) known.add(secret);
      if (found.length > 0) write({ type: 'secrets', secrets: found });
      write(event);
    },
  };
}

/** All records of the folder. */
export interface Records {
  /** Oldest first. */
  readonly records: readonly RunRecord[];
  /** One sentence for each file that is not a record, or has the format of a newer kvmplay. */
  readonly damaged: readonly string[];
}

export async function listRecords(env: CliIo['env']): Promise<Records> {
  const folder = journalFolder(env);
  const records: RunRecord[] = [];
  const damaged: string[] = [];
  for (const id of recordIds(folder)) {
    try {
      records.push(await readRecord(fileOf(folder, id)));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      damaged.push(error.message);
    }
  }
  return { records, damaged };
}

/**
 * Returns the record that `wanted` names: an id, the unique beginning of one, or `last`.
 *
 * @throws UsageError when no record fits, or more than one.
 */
export async function findRecord(wanted: string, env: CliIo['env']): Promise<RunRecord> {
  const folder = journalFolder(env);
  const ids = recordIds(folder);
  if (ids.length === 0) throw new UsageError(`there is no run ${wanted}: none is recorded in ${folder}`);
  const found = wanted === 'last' ? ids.slice(-1) : ids.filter((id) => id.startsWith(wanted));
  const id = found.includes(wanted) ? wanted : found[0];
  if (id === undefined || wanted === '') {
    throw new UsageError(`there is no run ${wanted}; kvmplay runs lists those there are`);
  }
  if (found.length > 1 && id !== wanted) {
    throw new UsageError(
      `${wanted} is the beginning of ${found.length} runs; the last of them is ${found.at(-1) ?? ''}`,
    );
  }
  return await readRecord(fileOf(folder, id));
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}.jsonl`);
}

/** Ids of all records, oldest first. */
function recordIds(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /^[\d-]+\.jsonl$/.test(file))
      .map((file) => file.slice(0, -'.jsonl'.length))
      .sort();
  } catch {
    return [];
  }
}

function makeRoom(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const ids = recordIds(folder);
    for (const id of ids.slice(0, Math.max(0, ids.length - MOST_RECORDS + 1))) {
      rmSync(fileOf(folder, id), { force: true });
    }
  } catch {
    // The next write reports the problem.
  }
}
