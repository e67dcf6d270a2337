import type { ContenderName, Measurement } from './compare-hosts.ts';
import type { StartTimes } from './measure-start.ts';
import type { SurveyTime } from './measure-survey.ts';
import type { Cost } from './processes.ts';
import { median } from './statistics.ts';

/** Everything that one run of the bench measured; seconds and bytes. */
export interface Figures {
  readonly hosts: number;
  readonly forks: number;
  readonly rounds: number;
  readonly processors: number;
  readonly nodeVersion: string;
  /** Of the minute before the bench and of its last one. */
  readonly load: readonly [before: number, after: number];
  readonly start: StartTimes;
  /** Of a host with 500 taps, by shell. */
  readonly survey: readonly SurveyTime[];
  readonly measurements: readonly Measurement[];
}

/** A figure that says something of kvmplay rather than of the machine, and what it should be at most. */
export interface Target {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly met: boolean;
}

export function judge({ measurements, start, survey }: Figures): readonly Target[] {
  const { floorA, floorB, noop, changed } = byContender(measurements);
  const target = (name: string, value: number, limit: number): Target => ({
    name,
    value,
    limit,
    met: value <= limit,
  });
  return [
    target('no-op: wall of floor A', compare(noop, floorA, 'wall'), 0.6),
    target('no-op: wall of floor B', compare(noop, floorB, 'wall'), 1.2),
    target('no-op: CPU of floor B', compare(noop, floorB, 'cpu'), 1.2),
    target('no-op: connections per host', noop.visits.connections, 1),
    target('no-op: execs per host', noop.visits.execs, 1),
    target('changed: connections per host', changed.visits.connections, 2),
    target('changed: execs per host', changed.visits.execs, 4),
    target('kvmplay --version: wall of node -e 0', start.kvmplay.median / start.node.median, 2.5),
    target('survey of 500 taps: milliseconds', 1000 * Math.max(...survey.map(({ median }) => median)), 150),
  ];
}

const labels: Readonly<Record<ContenderName, string>> = {
  floorA: 'floor A: ssh, default key exchange',
  floorB: 'floor B: ssh, curve25519 + aes128-gcm',
  connectOnly: 'as floor B, but `true` for the survey',
  noop: 'kvmplay, ten tasks, nothing to do',
  changed: 'kvmplay, ten tasks, ten new bridges',
};

export function formatReport(figures: Figures): string {
  const { hosts, forks, rounds, processors, nodeVersion, load, start, survey, measurements } = figures;
  const { floorA, floorB } = byContender(measurements);
  const table = formatTable([
    ['', 'wall', 'CPU', 'memory', 'conn.', 'execs', 'wall/A', 'wall/B', 'CPU/A', 'CPU/B'],
    ...measurements.map((measurement) => [
      labels[measurement.contender],
      seconds(measurement.wall),
      seconds(measurement.cpu),
      `${(measurement.memory / 1e6).toFixed(0)} MB`,
      String(measurement.visits.connections),
      String(measurement.visits.execs),
      ratio(compare(measurement, floorA, 'wall')),
      ratio(compare(measurement, floorB, 'wall')),
      ratio(compare(measurement, floorA, 'cpu')),
      ratio(compare(measurement, floorB, 'cpu')),
    ]),
  ]);
  const starts = formatTable([
    ['', 'least', 'median', 'ratio'],
    ['node -e 0', seconds(start.node.least), seconds(start.node.median), ''],
    [
      'kvmplay --version',
      seconds(start.kvmplay.least),
      seconds(start.kvmplay.median),
      ratio(start.kvmplay.median / start.node.median),
    ],
  ]);
  const surveys = formatTable([
    ['survey of 500 taps on the host', 'median'],
    ...survey.map(({ shell, median }) => [shell, seconds(median)]),
  ]);
  const targets = formatTable([
    ['target', 'is', 'at most', ''],
    ...judge(figures).map(({ name, value, limit, met }) => [
      name,
      Number.isInteger(limit) ? value.toFixed() : ratio(value),
      String(limit),
      met ? 'met' : 'NOT MET',
    ]),
  ]);
  return `
${hosts} hosts, ${forks} forks; medians of ${rounds} rounds on ${processors} processors, Node ${nodeVersion}
load of the machine ${load[0].toFixed(1)} before, ${load[1].toFixed(1)} at the end

${table}
wall: hosts and controller share this machine. CPU and memory: of the controller. conn., execs: per host, as its sshd counts.

${starts}
${surveys}
${targets}`;
}

/** The median of what the rounds show: within one round the machine was equally busy for both. */
function compare(measurement: Measurement, floor: Measurement, figure: keyof Cost): number {
  return median(
    measurement.rounds.map((cost, round) => cost[figure] / (floor.rounds[round]?.[figure] ?? NaN)),
  );
}

function byContender(measurements: readonly Measurement[]): Record<ContenderName, Measurement> {
  return Object.fromEntries(measurements.map((item) => [item.contender, item])) as Record<
    ContenderName,
    Measurement
  >;
}

/** The first column to the left, the others to the right. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}

function seconds(value: number): string {
  return `${value.toFixed(value < 1 ? 3 : 2)} s`;
}

function ratio(value: number): string {
  return value.toFixed(2);
}
