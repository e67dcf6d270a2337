import type { HostOutcome } from '../engine/events.ts';
import { printable, printableLine } from '../model/printable.ts';
import { count, outcomeColours, outcomeWord } from './style.ts';
import type { Colour, Paint } from './style.ts';
import { fit, pad, widthOf } from './text-width.ts';
import type { Progress, RunningHost } from './tty-progress.ts';
import type { TerminalSize } from './tty-terminal.ts';

export interface FrameStyle {
  readonly size: TerminalSize;
  readonly paint: Paint;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Formats the live frame at the bottom of the terminal: running hosts, the wave, a progress bar, and counts of outcomes. It
 * takes half of the screen at most, so that finished hosts stay readable above it. No line is longer than the screen is
 * wide.
 */
export function formatFrame(progress: Progress, style: FrameStyle): readonly string[] {
  const { rows, columns } = style.size;
  const most = Math.max(1, Math.min(rows, Math.max(3, Math.floor(rows / 2))));
  const width = Math.max(1, Math.min(columns - 1, WIDEST));
  const foot = [formatBar(progress, style, width), formatCounts(progress), ...formatWave(progress, style)];
  // The bar is the last line. When rows are scarce, it stays longest.
  const kept = foot.slice(0, most).reverse();
  const room = most - kept.length - 1;
  const hosts = room < 1 ? [] : formatHosts(progress, style, { room, width });
  const lines = most > kept.length ? [[], ...hosts, ...kept] : kept;
  return lines.map((spans) => paintLine(spans, width, style.paint));
}

/** Longer lines are hard to follow. */
const WIDEST = 100;
const INDENT = '  ';

/** A piece of a line and its colour. */
type Span = readonly [text: string, colour?: Colour];
type Line = readonly Span[];

function formatHosts(
  { running }: Progress,
  { now }: FrameStyle,
  { room, width }: { readonly room: number; readonly width: number },
): readonly Line[] {
  const hosts = running.toSorted((a, b) => interest(a) - interest(b));
  const shown = hosts.slice(0, hosts.length > room ? room - 1 : room);
  const nameWidth = Math.min(
    Math.max(0, ...shown.map(({ host }) => widthOf(printableLine(host)))),
    Math.max(8, Math.floor(width / 3)),
  );
  const timeWidth = Math.max(0, ...shown.map(({ since }) => duration(now - since).length));
  const lines = shown.map((host): Line => formatHost(host, { now, nameWidth, timeWidth }));
  const rest = hosts.slice(shown.length);
  return rest.length === 0 ? lines : [...lines, [[`${INDENT}${formatRest(rest)}`, 'dim']]];
}

/** Hosts with problems come first, then those that started earliest. */
function interest({ phase }: RunningHost): number {
  return phase === 'rollback' || phase === 'undo' ? 0 : 1;
}

const PHASE_WIDTH = 8;
const MOST_DOING = 40;

interface HostColumns {
  readonly now: number;
  readonly nameWidth: number;
  readonly timeWidth: number;
}

function formatHost(
  { host, phase, task, tasks, since }: RunningHost,
  { now, nameWidth, timeWidth }: HostColumns,
): Line {
  const time = duration(now - since).padStart(timeWidth);
  const doing = isTransaction(phase) ? count(tasks, 'task') : task;
  return [
    [`${INDENT}${pad(printableLine(host), nameWidth)}  `],
    [pad(phaseWord(phase), PHASE_WIDTH), phaseColour(phase)],
    [`  ${time}`, 'dim'],
    // The last column is not padded: a line that fits a narrower terminal leaves nothing behind when resized.
    [`  ${fit(printableLine(doing), MOST_DOING)}`],
  ];
}

/** Avoids `command command true`. */
function phaseWord(phase: RunningHost['phase']): string {
  return phase === 'command' ? 'run' : phase;
}

/** True for phases in which all tasks of the host take effect together. */
function isTransaction(phase: RunningHost['phase']): boolean {
  return ['apply', 'verify', 'commit', 'rollback', 'undo'].includes(phase);
}

function phaseColour(phase: RunningHost['phase']): Colour {
  if (phase === 'rollback' || phase === 'undo') return 'red';
  return isTransaction(phase) ? 'yellow' : 'cyan';
}

/** `… and 26 more: 20 survey, 6 connect` */
function formatRest(hosts: readonly RunningHost[]): string {
  const numbers = new Map<string, number>();
  for (const { phase } of hosts) {
    const word = phaseWord(phase);
    numbers.set(word, (numbers.get(word) ?? 0) + 1);
  }
  const parts = [...numbers].map(([phase, number]) => `${number} ${phase}`);
  return `… and ${hosts.length} more: ${parts.join(', ')}`;
}

function formatWave(
  { play, playNumber, plays, wave, isStopped }: Progress,
  { now }: FrameStyle,
): readonly Line[] {
  const parts = [
    ...(plays > 1 ? [`play ${playNumber} of ${plays}: ${printableLine(play)}`] : []),
    ...(wave === undefined ? [] : [`${wave.name}: ${wave.done} of ${count(wave.hosts, 'host')}`]),
    ...(wave?.soakUntil === undefined
      ? []
      : [`the next wave begins in ${duration(wave.soakUntil - now + 999)}`]),
  ];
  const spans: Span[] = parts.length === 0 ? [] : [[`${INDENT}${parts.join(', ')}`]];
  if (isStopped) spans.push([spans.length === 0 ? `${INDENT}stopped` : ', stopped', 'red']);
  return spans.length === 0 ? [] : [spans];
}

const BAR = 20;

function formatBar(
  { ended, hosts, startedAt, checkMode }: Progress,
  { now }: FrameStyle,
  width: number,
): Line {
  const mode = checkMode ? ', check mode' : '';
  const text = `  ${ended} of ${count(hosts, 'host')}, ${duration(now - startedAt)}${mode}`;
  const bar = Math.max(0, Math.min(BAR, width - INDENT.length - widthOf(text)));
  // The bar is full only after all hosts have ended.
  const full = hosts === 0 ? bar : Math.floor((bar * ended) / hosts);
  return [
    [INDENT],
    ['█'.repeat(full), 'green'],
    ['░'.repeat(bar - full), 'dim'],
    [bar < 5 ? text.trimStart() : text],
  ];
}

const outcomes: readonly HostOutcome[] = ['failed', 'unreachable', 'changed', 'ok', 'skipped'];

function formatCounts({ outcomes: numbers, running, hosts, ended, checkMode }: Progress): Line {
  const counted = outcomes.flatMap((outcome): Span[] => {
    const number = numbers[outcome];
    return number === 0 ? [] : [[`${number} ${outcomeWord(outcome, checkMode)}`, outcomeColours[outcome]]];
  });
  const waiting = hosts - ended - running.length;
  const spans: Span[] = [
    ...counted,
    ...(running.length === 0 ? [] : [[`${running.length} running`] as const]),
    ...(waiting <= 0 ? [] : [[`${waiting} waiting`] as const]),
  ];
  return spans.flatMap((span, index): Span[] => [[index === 0 ? INDENT : ', '], span]);
}

/** `7 s`, `2 min 07 s`, `1 h 02 min` */
function duration(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min ${String(rest).padStart(2, '0')} s` : `${rest} s`;
}

function paintLine(spans: Line, width: number, paint: Paint): string {
  let left = width;
  let line = '';
  for (const [text, colour] of spans) {
    if (left <= 0) break;
    // The line never becomes longer, whatever a span holds.
    const fitting = fit(printableSpan(text), left);
    line += colour === undefined ? fitting : paint(fitting, colour);
    left -= widthOf(fitting);
    if (fitting !== printableSpan(text)) break;
  }
  return line;
}

/** Keeps blanks at the ends, since they separate columns. */
function printableSpan(text: string): string {
  return printable(text.replaceAll('\n', ' '));
}
