import type { FoldedPlay, FoldedRun, FoldedTask } from '../../engine/fold/folded-run.ts';
import { printableLine } from '../../model/printable.ts';
import { alignColumns } from '../../reporters/table.ts';

/** Lists the tasks that a run in check mode met, one per line. Hosts with equal lists share one. */
export function formatTasks({ plays }: FoldedRun): string {
  return plays.map(formatPlay).join('\n');
}

/** Lists the tags of each play in one line, including tags that the run leaves out. */
export function formatTags({ plays }: FoldedRun): string {
  return plays
    .map(({ play, hosts }) => {
      const tags = new Set(hosts.flatMap(({ tasks }) => tasks.flatMap((task) => task.tags)));
      return `play ${printableLine(play)}: ${tags.size === 0 ? 'no tags' : [...tags].sort().join(', ')}\n`;
    })
    .join('');
}

/** Writes `play bond6: 2 hosts`, then one line per host. */
export function formatHosts(play: string, hosts: readonly string[]): string {
  return [titleOf(play, hosts), ...hosts.map((host) => `  ${printableLine(host)}\n`)].join('');
}

function formatPlay({ play, hosts }: FoldedPlay): string {
  const groups = new Map<string, string[]>();
  for (const { host, tasks } of hosts.filter(({ startedAt }) => startedAt !== undefined)) {
    const text = formatRows(tasks.filter(({ leftOutBy }) => leftOutBy !== 'tags'));
    groups.set(text, [...(groups.get(text) ?? []), host]);
  }
  const parts = [...groups].map(([text, names]) =>
    groups.size === 1
      ? text
      : `  ${names.map(printableLine).join(', ')}:\n${text.replaceAll(/^/gm, '  ').trimEnd()}\n`,
  );
  return titleOf(play, hosts) + parts.join('');
}

function formatRows(tasks: readonly FoldedTask[]): string {
  const rows = tasks.map(({ task, subject, tags }) => [
    printableLine(`${task} ${subject}`.trimEnd()),
    tags.length === 0 ? '' : `tags: ${tags.join(', ')}`,
  ]);
  const lines = alignColumns(rows).map((line) => `  ${line}\n`);
  return lines.length === 0 ? '  no tasks\n' : lines.join('');
}

function titleOf(play: string, { length }: readonly unknown[]): string {
  return `play ${printableLine(play)}: ${length === 0 ? 'no' : length} ${length === 1 ? 'host' : 'hosts'}\n`;
}
