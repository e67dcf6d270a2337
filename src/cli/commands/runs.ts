import type { HostOutcome } from '../../engine/events.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { listRecords } from '../journal/journal.ts';
import { hostsOf, isFinished, type RunRecord } from '../journal/record.ts';
import { inFolder } from '../paths.ts';
import { formatTable } from '../views/table.ts';
import type { runsSpec } from './journal-specs.ts';

/** One run in the list, for both formats. */
interface ListedRun {
  readonly id: string;
  readonly startedAt: string;
  readonly user: string;
  readonly command: string;
  readonly playbooks: readonly string[];
  /** Version of the kvmplay that ran it. */
  readonly version: string;
  readonly state: 'finished' | 'interrupted';
  /** Kinds and fields of changes that this kvmplay does not know. Absent: none. */
  readonly unknown?: readonly string[];
  /** Number of hosts by outcome; `unfinished`: the run ended before the host did. */
  readonly hosts: Readonly<Partial<Record<HostOutcome | 'unfinished', number>>>;
}

export async function printRuns(
  { options }: CommandArguments<typeof runsSpec.options>,
  io: CliIo,
): Promise<number> {
  const { records, damaged } = await listRecords(io.env);
  const runs = records.map(toListed);
  if (options.json) {
    io.stdout.write(`${JSON.stringify(runs, undefined, 2)}\n`);
  } else if (runs.length > 0) {
    const rows = runs.map(({ id, startedAt, user, playbooks, state, version, unknown, hosts }) => [
      id,
      startedAt.replace(/\..*/, '').replace('T', ' '),
      user,
      playbooks.map((file) => inFolder(file, io.cwd)).join(' '),
      Object.entries(hosts)
        .map(([outcome, count]) => `${count} ${outcome}`)
        .join(', '),
      unknown === undefined ? state : `${state}, with changes that only kvmplay ${version} knows`,
    ]);
    io.stdout.write(`${formatTable(['run', 'began (UTC)', 'by', 'playbooks', 'hosts', 'state'], rows)}\n`);
  }
  for (const sentence of damaged) io.stderr.write(`kvmplay: ${sentence}\n`);
  return exitCodes.done;
}

function toListed(record: RunRecord): ListedRun {
  const { id, startedAt, user, command, playbooks, version } = record.header;
  const unknown = [...new Set(record.unknown.map(({ what }) => what))];
  const hosts: Partial<Record<HostOutcome | 'unfinished', number>> = {};
  for (const { outcome = 'unfinished' } of hostsOf(record)) hosts[outcome] = (hosts[outcome] ?? 0) + 1;
  return {
    id,
    startedAt: new Date(startedAt).toISOString(),
    user,
    command,
    playbooks,
    version,
    state: isFinished(record) ? 'finished' : 'interrupted',
    ...(unknown.length > 0 && { unknown }),
    hosts,
  };
}
