import type { HostSummary, RunSummary } from '../engine/events.ts';
import { playLabels } from './play-labels.ts';
import { printableLine } from '../model/printable.ts';
import { count, outcomeColours, outcomeWord, printableLines, seconds } from './style.ts';
import type { Paint } from './style.ts';
import { alignColumns } from './table.ts';
import { countWorst, outcomesBySeverity } from './worst-outcomes.ts';

export interface RecapStyle {
  readonly paint: Paint;
  /** Duration of the whole run. */
  readonly milliseconds: number;
  /** Longer lines about errors are cut; undefined: none is. */
  readonly columns: number | undefined;
  /** Hosts by warning. */
  readonly warnings: ReadonlyMap<string, ReadonlySet<string>>;
  /** Omits rows of hosts that were ok; the sum counts them. */
  readonly compact: boolean;
}

/** Formats the end of a report: a table of the hosts of each play, the failures, and the sum. */
export function formatRecap(
  { hosts, checkMode, stopped, stalledSeconds }: RunSummary,
  style: RecapStyle,
): readonly string[] {
  const plays = playLabels(hosts);
  const tables = [...plays].flatMap(([playIndex, label]) => {
    const own = hosts.filter(
      (host) => host.playIndex === playIndex && !(style.compact && host.outcome === 'ok'),
    );
    if (style.compact && own.length === 0) return [];
    const title = plays.size === 1 ? 'recap' : `recap of ${printableLine(label)}`;
    return ['', style.paint(title, 'bold'), ...formatTable(own, checkMode, style.paint)];
  });
  const stop = stopped === undefined ? [] : ['', formatStop(stopped, style.paint)];
  return [
    ...tables,
    ...formatWarnings(hosts, style),
    ...formatFailures(hosts, plays, style),
    ...stop,
    ...formatStall(stalledSeconds, style.paint),
    '',
    formatSum(hosts, checkMode, style),
  ];
}

function formatStop({ play, wave, reason }: NonNullable<RunSummary['stopped']>, paint: Paint): string {
  return paint(`stopped in ${wave} of play ${printableLine(play)}: ${printableLine(reason)}`, 'red');
}

function formatStall(seconds: number | undefined, paint: Paint): readonly string[] {
  if (seconds === undefined) return [];
  const sentence = `warning: kvmplay stood still for ${String(seconds)} s, since something kept its process busy; hosts whose changes are not confirmed in time undo them`;
  return ['', paint(sentence, 'yellow')];
}

function formatTable(hosts: readonly HostSummary[], checkMode: boolean, paint: Paint): readonly string[] {
  const header = ['host', 'ok', outcomeWord('changed', checkMode), 'failed', 'skipped', 'seconds', 'outcome'];
  const rows = hosts.map((host) => [
    printableLine(host.host),
    String(host.tasks.ok),
    String(host.tasks.changed),
    String(host.tasks.failed),
    String(host.tasks.skipped),
    seconds(host.milliseconds),
    outcomeText(host, checkMode),
  ]);
  const [first = '', ...lines] = alignColumns([header, ...rows], { right: figures }).map(
    (line) => `  ${line}`,
  );
  return [
    paint(first, 'dim'),
    ...lines.map((line, index) => paintOutcome(line, hosts[index], checkMode, paint)),
  ];
}

/** Columns from `ok` to `seconds`. */
const figures = new Set([1, 2, 3, 4, 5]);

function paintOutcome(line: string, host: HostSummary | undefined, checkMode: boolean, paint: Paint): string {
  if (host === undefined) {
    return line;
  }
  const text = outcomeText(host, checkMode);
  return line.slice(0, -text.length) + paint(text, outcomeColours[host.outcome]);
}

function outcomeText({ outcome, rollback }: HostSummary, checkMode: boolean): string {
  const word = outcomeWord(outcome, checkMode);
  if (rollback === undefined) {
    return word;
  }
  return `${word}, ${rollback === 'proved' ? 'rolled back' : 'ROLLBACK FAILED'}`;
}

const namedHosts = 3;

function formatWarnings(hosts: readonly HostSummary[], { warnings, paint }: RecapStyle): readonly string[] {
  if (warnings.size === 0) return [];
  const order = [...new Set(hosts.map(({ host }) => host))];
  const lines = [...warnings].flatMap(([warning, warned]) => {
    const named = order.filter((host) => warned.has(host)).slice(0, namedHosts);
    const more = warned.size > named.length ? ` and ${count(warned.size - named.length, 'more host')}` : '';
    return printableLines(`${named.join(', ')}${more}: ${warning}`).map((line) => `  ${line}`);
  });
  return ['', paint('warnings', 'yellow'), ...lines];
}

/** Repeats the errors at the end, where the reader is after five hundred hosts have scrolled by. */
function formatFailures(
  hosts: readonly HostSummary[],
  plays: ReadonlyMap<number, string>,
  { paint, columns }: RecapStyle,
): readonly string[] {
  const lines = hosts
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'unreachable')
    .map((host) => {
      const name = plays.size === 1 ? host.host : `${host.host} (${plays.get(host.playIndex) ?? host.play})`;
      const sentence = host.error?.message.split('\n')[0] ?? outcomeText(host, false);
      return cut(`  ${printableLine(`${name}: ${sentence}`)}`, columns);
    });
  return lines.length === 0 ? [] : ['', paint('what went wrong', 'bold'), ...lines];
}

function cut(line: string, columns: number | undefined): string {
  return columns === undefined || line.length <= columns
    ? line
    : `${line.slice(0, Math.max(columns - 1, 1))}…`;
}

/** Counts each host once, by its worst outcome. */
function formatSum(
  summaries: readonly HostSummary[],
  checkMode: boolean,
  { paint, milliseconds }: RecapStyle,
): string {
  const counts = countWorst(summaries);
  const parts = outcomesBySeverity.flatMap((outcome) =>
    counts[outcome] === 0
      ? []
      : [paint(`${counts[outcome]} ${outcomeWord(outcome, checkMode)}`, outcomeColours[outcome])],
  );
  const hosts = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const sum = [count(hosts, 'host'), parts.toReversed().join(', ')].filter((text) => text !== '').join(': ');
  return `${sum}; ${seconds(milliseconds)} s${checkMode ? ' (check mode: nothing was changed)' : ''}`;
}
