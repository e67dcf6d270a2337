import type { ContenderName, Measurement } from './compare-hosts.ts';
import type { StartTimes } from './measure-start.ts';

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
  readonly measurements: readonly Measurement[];
}

/** A figure that means the same on any machine, and what it should be at most. */
export interface Target {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly met: boolean;
}

export function judge({ measurements, start }: Figures): readonly Target[] {
  const { floorA, floorB, noop, changed } = byContender(measurements);
  const target = (name: string, value: number, limit: number): Target => ({
    name,
    value,
    limit,
    met: value <= limit,
  });
  return [
    target('no-op: wall of floor A', noop.wall / floorA.wall, 0.6),
    target('no-op: wall of floor B', noop.wall / floorB.wall, 1.2),
    target('no-op: CPU of floor B', noop.cpu / floorB.cpu, 1.2),
    target('no-op: connections per host', noop.visits.connections, 1),
    target('no-op: execs per host', noop.visits.execs, 1),
    target('changed: connections per host', changed.visits.connections, 2),
    target('changed: execs per host', changed.visits.execs, 4),
    target('kvmplay --version: node -e 0', start.kvmplay.median / start.node.median, 2.5),
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
  const { hosts, forks, rounds, processors, nodeVersion, load, start, measurements } = figures;
  const { floorA, floorB } = byContender(measurements);
  const table = formatTable([
    ['', 'wall', 'CPU', 'memory', 'conn.', 'execs', 'wall/A', 'wall/B', 'CPU/A', 'CPU/B'],
    ...measurements.map(({ contender, wall, cpu, memory, visits }) => [
      labels[contender],
      seconds(wall),
      seconds(cpu),
      `${(memory / 1e6).toFixed(0)} MB`,
      String(visits.connections),
      String(visits.execs),
      ratio(wall / floorA.wall),
      ratio(wall / floorB.wall),
      ratio(cpu / floorA.cpu),
      ratio(cpu / floorB.cpu),
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
  const targets = formatTable([
    ['target', 'is', 'at most', ''],
    ...judge(figures).map(({ name, value, limit, met }) => [
      name,
      Number.isInteger(limit) ? String(value) : ratio(value),
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
${targets}`;
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
