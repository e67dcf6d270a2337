import type {
  HostEnd,
  HostSummary,
  HostUndone,
  RunEvent,
  RunEventBody,
  TaskEnd,
} from '../../src/engine/events.ts';
import type { Change } from '../../src/model/change.ts';
import type { Forecast } from '../../src/model/forecast.ts';
import type { Link } from '../../src/model/link.ts';

/** Numbers the events and gives them a clock of half a second per event. */
export function toEvents(bodies: readonly RunEventBody[]): readonly RunEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, at: 1_700_000_000_000 + index * 500, ...body }));
}

export function task(host: string, index: number, more: Partial<TaskEnd> = {}): TaskEnd {
  return {
    type: 'task.end',
    play: 'bond6',
    playIndex: 0,
    host,
    index,
    task: 'ensureBridge',
    subject: 'br6',
    outcome: 'ok',
    rolledBack: false,
    changes: [],
    warnings: [],
    ...more,
  };
}

export function end(host: string, more: Partial<HostEnd> = {}): HostEnd {
  return {
    type: 'host.end',
    play: 'bond6',
    playIndex: 0,
    host,
    outcome: 'ok',
    connections: 1,
    execs: 1,
    milliseconds: 312,
    ...more,
  };
}

/** The undo after which a host has come out so. */
export function toUndone({ rollback, error, ...hostEnd }: HostEnd): HostUndone {
  if (error === undefined) throw new Error('an undo of a scripted run has no error');
  return { ...hostEnd, type: 'host.undone', result: rollback ?? 'kept', error };
}

/** A change that nobody notices, or worse. */
export function forecast(host: string, more: Partial<Forecast> = {}): RunEventBody {
  const nothing = { reasons: [], guests: [], cascades: [], irreversible: [] };
  const disruption = more.disruption ?? 'none';
  const seconds = disruption === 'none' ? { seconds: 0 } : {};
  return {
    type: 'host.forecast',
    play: 'bond6',
    playIndex: 0,
    host,
    forecast: { disruption, ...seconds, ...nothing, ...more },
  };
}

/** The events of one host from its start to its end. */
export function hostRun(tasks: readonly TaskEnd[], hostEnd: HostEnd): readonly RunEventBody[] {
  const { play, playIndex, host } = hostEnd;
  const of = { play, playIndex, host };
  return [
    { type: 'host.start', ...of },
    { type: 'host.phase', ...of, phase: 'connect' },
    ...tasks.flatMap((taskEnd): RunEventBody[] => [
      ...taskEnd.changes.map((change) => ({ type: 'change.done', ...of, change }) as const),
      taskEnd,
    ]),
    hostEnd,
  ];
}

type HostRuns = readonly (readonly RunEventBody[])[];

/**
 * A run of plays, by name or, where two have one name, in pairs; the hosts of each are given as `hostRun` makes them. Hosts
 * run one after the other.
 */
export function run(
  plays: Readonly<Record<string, HostRuns>> | readonly (readonly [play: string, runs: HostRuns])[],
  { checkMode = false }: { readonly checkMode?: boolean } = {},
): readonly RunEvent[] {
  const pairs = plays instanceof Array ? plays : Object.entries(plays);
  const numbered = pairs.map(([play, runs], playIndex) => ({
    of: { play, playIndex },
    runs: runs.map((events) => events.map((event) => inPlay(event, playIndex))),
  }));
  const hosts = numbered.flatMap(({ runs }) => runs);
  return toEvents([
    { type: 'run.start', checkMode, plays: numbered.map(({ of: { play } }) => play) },
    ...numbered.flatMap(({ of, runs }): RunEventBody[] => [
      { type: 'play.start', ...of, hosts: runs.map((events) => endOf(events).host) },
      ...runs.flat(),
      { type: 'play.end', ...of },
    ]),
    { type: 'run.end', summary: { checkMode, hosts: hosts.map(summarize), reporterErrors: [] } },
  ]);
}

function inPlay(event: RunEventBody, playIndex: number): RunEventBody {
  return 'playIndex' in event ? { ...event, playIndex } : event;
}

function endOf(events: readonly RunEventBody[]): HostEnd {
  const last = events.at(-1);
  if (last?.type !== 'host.end') {
    throw new Error('a host of a scripted run does not end');
  }
  return last;
}

function summarize(events: readonly RunEventBody[]): HostSummary {
  const { type: _type, ...hostEnd } = endOf(events);
  const tasks = { ok: 0, changed: 0, failed: 0, skipped: 0 };
  for (const event of events) {
    if (event.type === 'task.end') {
      tasks[event.outcome] += 1;
    }
  }
  return { ...hostEnd, tasks };
}

const link: Link = {
  name: 'bond6',
  kind: 'bond',
  up: true,
  mtu: 1500,
  mac: '52:54:00:00:00:04',
  macPinned: false,
};
const port = { controller: 'bond6', controllerKind: 'bond', alone: { up: false, mtu: 1500 } } as const;
const folder = '/etc/sysconfig/network-scripts';

export const bondChanges: readonly Change[] = [
  { kind: 'module.load', name: 'bonding', parameters: { max_bonds: '0' } },
  { kind: 'link.create', link: { ...link, options: { mode: 'balance-alb', miimon: '100' } } },
  {
    kind: 'link.update',
    name: 'eno4',
    linkKind: 'ethernet',
    before: { up: true, mtu: 1500 },
    after: { up: false, mtu: 9000 },
  },
  { kind: 'port.add', port: 'eno4', ...port },
  { kind: 'address.delete', address: { link: 'eno4', address: '10.128.1.10/24' } },
  {
    kind: 'file.write',
    path: `${folder}/ifcfg-eno4`,
    mode: 0o644,
    before: '# the uplink\nTYPE=Ethernet\nDEVICE=eno4\nBOOTPROTO=dhcp\nONBOOT=yes\n',
    after: '# the uplink\nTYPE=Ethernet\nDEVICE=eno4\nBOOTPROTO=none\nONBOOT=yes\nMASTER=bond6\nSLAVE=yes\n',
  },
  { kind: 'file.write', path: `${folder}/ifcfg-bond6`, mode: 0o644, after: 'TYPE=Bond\nDEVICE=bond6' },
  { kind: 'file.write', path: '/etc/secret', mode: 0o600, before: 'password=old\n', after: 'password=new\n' },
  { kind: 'file.delete', path: `${folder}/ifcfg-bond0`, mode: 0o644, before: 'DEVICE=bond0\n' },
];

export const bondTask = {
  task: 'ensureBond',
  subject: 'bond6',
  outcome: 'changed',
  changes: bondChanges,
} as const;

export const warning = 'mode balance-alb under a bridge: guests are heard on one port only';
