import type { PlayStart, Reporter, RunEvent, TaskEnd } from '../../engine/events.ts';
import { printable } from '../../reporters/style.ts';

interface ListedPlay {
  readonly start: PlayStart;
  /** By host. */
  readonly tasks: Map<string, TaskEnd[]>;
}

/** Hears a run in check mode, and lists what it met. */
export class TaskList implements Reporter {
  readonly #plays: ListedPlay[] = [];

  onEvent = (event: RunEvent): void => {
    if (event.type === 'play.start') this.#plays.push({ start: event, tasks: new Map() });
    const tasks = this.#plays.at(-1)?.tasks;
    if (event.type === 'host.start') tasks?.set(event.host, []);
    if (event.type === 'task.end') tasks?.get(event.host)?.push(event);
  };

  /** A line per task, hosts with the same ones together. */
  formatTasks(): string {
    return this.#plays.map(formatTasks).join('\n');
  }

  /** A line per play; also of tags that the run leaves out. */
  formatTags(): string {
    return this.#plays
      .map(({ start: { play }, tasks }) => {
        const tags = [...new Set([...tasks.values()].flat().flatMap((task) => task.tags ?? []))].sort();
        return `play ${printable(play)}: ${tags.length === 0 ? 'no tags' : tags.join(', ')}\n`;
      })
      .join('');
  }
}

/** `play bond6: 2 hosts`, and a line for each. */
export function formatHosts(play: string, hosts: readonly string[]): string {
  return [titleOf(play, hosts), ...hosts.map((host) => `  ${printable(host)}\n`)].join('');
}

function formatTasks({ start: { play, hosts }, tasks }: ListedPlay): string {
  const groups = new Map<string, string[]>();
  for (const [host, ends] of tasks) {
    const text = formatRows(ends.filter(({ leftOutBy }) => leftOutBy !== 'tags'));
    groups.set(text, [...(groups.get(text) ?? []), host]);
  }
  const parts = [...groups].map(([text, names]) =>
    groups.size === 1
      ? text
      : `  ${names.map(printable).join(', ')}:\n${text.replaceAll(/^/gm, '  ').trimEnd()}\n`,
  );
  return titleOf(play, hosts) + parts.join('');
}

function formatRows(tasks: readonly TaskEnd[]): string {
  const rows = tasks.map(({ task, subject, tags = [] }) => ({
    title: printable(`${task} ${subject}`.trimEnd()),
    tags: tags.length === 0 ? '' : `tags: ${tags.join(', ')}`,
  }));
  const width = Math.max(0, ...rows.map(({ title }) => title.length));
  const lines = rows.map(({ title, tags }) => `  ${`${title.padEnd(width)}  ${tags}`.trimEnd()}\n`);
  return lines.length === 0 ? '  no tasks\n' : lines.join('');
}

function titleOf(play: string, { length }: readonly string[]): string {
  return `play ${printable(play)}: ${length === 0 ? 'no' : length} ${length === 1 ? 'host' : 'hosts'}\n`;
}
