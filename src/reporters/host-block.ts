import type { EventError, HostUndone } from '../engine/events.ts';
import { type EndedHost, type EndedTask, endedTasks } from '../engine/fold/ended.ts';
import type { FoldedPhase } from '../engine/fold/folded-run.ts';
import { describeDisruption, type Forecast } from '../model/forecast.ts';
import { formatDiff } from './file-diff.ts';
import { printableLine } from '../model/printable.ts';
import { count, outcomeColours, outcomeWord, printableLines, seconds } from './style.ts';
import type { Paint } from './style.ts';

/** Layout of the blocks of one play. */
export interface BlockStyle {
  readonly paint: Paint;
  readonly checkMode: boolean;
  readonly diff: boolean;
  /** 1: costs and warnings of each host; 2: also phases and changes; 3: also the commands of changes. */
  readonly verbose: number;
  /** Width of the longest host name. */
  readonly hostWidth: number;
  /** Omits tasks that were ok; a host with only such tasks is one line. */
  readonly compact: boolean;
}

/** Formats the block of a host that has ended: a line per task with its details beneath, and the host's outcome. */
export async function formatHostBlock(end: EndedHost, style: BlockStyle): Promise<readonly string[]> {
  const { forecasts, phases } = end;
  const tasks = endedTasks(end);
  const lines: string[] = [];
  // Tasks left out by tags are shown with -v only. A host that could not be logged in to shows no tasks.
  const isKeptOut = end.outcome === 'unreachable' && tasks.every(({ outcome }) => outcome === 'skipped');
  const shown = tasks.filter(({ leftOutBy }) => style.verbose > 0 || (leftOutBy !== 'tags' && !isKeptOut));
  const listed = style.compact ? shown.filter(({ outcome }) => outcome !== 'ok') : shown;
  for (const task of listed) {
    lines.push(...(await formatTask(end.host, task, style)));
  }
  if (listed.length === 0 && shown.length > 0 && end.outcome === 'ok') {
    lines.push(taskLine(end.host, { outcome: 'ok', title: count(shown.length, 'task') }, style));
  }
  const foretold = forecasts.flatMap((forecast) => formatForecast(end.host, forecast, style));
  const spent = style.verbose > 1 && phases.length > 0 ? [formatPhases(end.host, phases, style)] : [];
  return [...lines, ...foretold, ...formatEnd(end, { tasks, shown }, style), ...spent];
}

/** Formats the block of a host whose wave was undone. */
export function formatUndone({ host, result, error }: HostUndone, style: BlockStyle): readonly string[] {
  const { paint } = style;
  const [sentence = '', ...more] = formatError(error, paint);
  const text =
    result === 'proved' ? `${paint('undone', 'yellow')}: the host is as it was before the play` : sentence;
  return [hostLine(host, text, style), ...indent(more)];
}

async function formatTask(host: string, task: EndedTask, style: BlockStyle): Promise<readonly string[]> {
  const { paint, diff, verbose } = style;
  const remark = task.rolledBack ? 'rolled back' : leftOutWords[task.leftOutBy ?? 'nothing'];
  const title = [task.task, task.subject, ...(remark === '' ? [] : [`(${remark})`])]
    .filter(Boolean)
    .join(' ');
  const details = [
    // Without -v the recap lists each warning once for all hosts.
    ...(verbose > 0 ? task.warnings.flatMap((warning) => formatWarning(warning, paint)) : []),
    ...(task.error === undefined ? [] : formatError(task.error, paint)),
  ];
  if (diff || verbose > 1) {
    for (const change of task.changes) {
      details.push(...(await formatDiff(change, { files: diff, commands: verbose > 2 }, paint)));
    }
  }
  return [taskLine(host, { outcome: task.outcome, title }, style), ...indent(details)];
}

function taskLine(
  host: string,
  { outcome, title }: Pick<EndedTask, 'outcome'> & { readonly title: string },
  style: BlockStyle,
): string {
  const { paint, checkMode } = style;
  const word = outcomeWord(outcome, checkMode).padEnd(checkMode ? 12 : 7);
  return hostLine(host, `${paint(word, outcomeColours[outcome])}  ${printableLine(title)}`, style);
}

const leftOutWords = { nothing: '', tags: 'by tags', step: 'declined', check: 'in check mode' } as const;

/**
 * Formats `disruption: blip; SSH path touched; guests: vnet1 vnet2`. The reasons follow in check mode, with --diff and with
 * -v.
 */
function formatForecast(host: string, forecast: Forecast, style: BlockStyle): readonly string[] {
  const { paint, checkMode, diff, verbose } = style;
  const { disruption, touchesSsh, guests, reasons, cascades, irreversible } = forecast;
  const parts = [
    `disruption: ${paint(describeDisruption(forecast), disruptionColours[disruption])}`,
    ...(touchesSsh === true ? ['SSH path touched'] : []),
    ...(guests.length === 0 ? [] : [`guests: ${formatGuests(guests)}`]),
  ];
  const details = [
    ...reasons,
    ...cascades,
    ...irreversible.map((change) => `cannot be undone: ${change}`),
  ].flatMap(printableLines);
  const isLooking = checkMode || diff || verbose > 0;
  return [hostLine(host, parts.join('; '), style), ...(isLooking ? indent(details) : [])];
}

const disruptionColours = { none: 'green', blip: 'yellow', outage: 'red' } as const;

const MOST_GUESTS = 8;

function formatGuests(guests: readonly string[]): string {
  const more = guests.length - MOST_GUESTS;
  return printableLine(guests.slice(0, MOST_GUESTS).join(' ')) + (more > 0 ? ` and ${more} more` : '');
}

function formatEnd(
  end: EndedHost,
  { tasks, shown }: { readonly tasks: readonly EndedTask[]; readonly shown: readonly EndedTask[] },
  style: BlockStyle,
): readonly string[] {
  const { paint, checkMode, verbose } = style;
  const word = paint(outcomeWord(end.outcome, checkMode), outcomeColours[end.outcome]);
  const costs = `${count(end.connections, 'connection')}, ${count(end.execs, 'exec')}, ${seconds(end.milliseconds)} s`;
  const lines: string[] = [];
  if (end.error !== undefined && !isTold(end.error, tasks)) {
    const [sentence = '', ...more] = formatError(end.error, paint);
    lines.push(hostLine(end.host, `${word}  ${sentence}`, style), ...indent(more));
  } else if (tasks.length === 0) {
    lines.push(hostLine(end.host, `${word}  no tasks`, style));
  } else if (shown.length === 0) {
    lines.push(hostLine(end.host, `${word}  tags leave out all tasks`, style));
  } else if (end.outcome === 'unreachable') {
    lines.push(hostLine(end.host, word, style));
  }
  if (end.rollback !== undefined) {
    lines.push(hostLine(end.host, formatRollback(end.rollback, paint), style));
  }
  if (verbose > 0) {
    lines.push(hostLine(end.host, paint(costs, 'dim'), style));
  }
  return lines;
}

/** Formats `connect 0.2 s, survey 0.1 s, plan 0.0 s`. A repeated phase is summed up at its first place. */
function formatPhases(host: string, phases: readonly FoldedPhase[], style: BlockStyle): string {
  const sums = new Map<string, number>();
  for (const { phase, startedAt, endedAt = startedAt } of phases) {
    sums.set(phase, (sums.get(phase) ?? 0) + endedAt - startedAt);
  }
  const text = [...sums].map(([phase, sum]) => `${phase} ${seconds(sum)} s`).join(', ');
  return hostLine(host, style.paint(text, 'dim'), style);
}

function isTold(error: EventError, tasks: readonly EndedTask[]): boolean {
  return tasks.some((task) => task.error?.message === error.message);
}

function formatRollback(rollback: 'proved' | 'failed', paint: Paint): string {
  return rollback === 'proved'
    ? `${paint('rolled back', 'yellow')}: the host is as it was before`
    : `${paint('ROLLBACK FAILED', 'red')}: the host is not as it was before, and somebody must look at it`;
}

function formatWarning(warning: string, paint: Paint): readonly string[] {
  return printableLines(`warning: ${warning}`).map((line) => paint(line, 'yellow'));
}

function formatError({ message, place, details = [] }: EventError, paint: Paint): readonly string[] {
  return [
    ...printableLines(message).map((line) => paint(line, 'red')),
    ...(place === undefined ? [] : [`at ${printableLine(place)}`]),
    ...details.flatMap(printableLines).map((line) => `  ${line}`),
  ];
}

function hostLine(host: string, text: string, { hostWidth }: BlockStyle): string {
  return `${printableLine(host).padEnd(hostWidth)}  ${text}`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `    ${line}`);
}
