import type { EventError, HostOutcome } from '../../engine/events.ts';
import type { FoldedHost, FoldedRun } from '../../engine/fold/folded-run.ts';
import type { Change } from '../../model/change.ts';

/** First line of a record: the request that started the run. */
export interface RecordHeader {
  readonly type: 'record';
  /** Version of the file format. */
  readonly format: 1;
  readonly id: string;
  /** Version of kvmplay. */
  readonly version: string;
  readonly command: 'run' | 'apply';
  /** Absolute paths; for `apply`, that of the plan file. */
  readonly playbooks: readonly string[];
  /** Absolute paths or host lists. */
  readonly inventory: readonly string[];
  readonly limit?: string | undefined;
  /** The hosts of a resumed run. */
  readonly only?: readonly string[] | undefined;
  /** Without variables whose names look secret. */
  readonly extraVars: Readonly<Record<string, unknown>>;
  /** Names of the omitted variables. */
  readonly leftOut: readonly string[];
  /** Other options, by name. */
  readonly options: Readonly<Record<string, boolean | string | number | readonly string[]>>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Login name on the controller. */
  readonly user: string;
}

/** A record as read from its file; that of a killed run ends early. */
export interface RunRecord {
  readonly header: RecordHeader;
  readonly run: FoldedRun;
  /** Secrets within the changes; an undo masks them. */
  readonly secrets: readonly string[];
  /** Changes that only a newer kvmplay knows; `run` lacks them. */
  readonly unknown: readonly UnknownChange[];
}

export interface UnknownChange {
  readonly host: string;
  /** `kind tunnel.create`, `pvid of kind port.add` */
  readonly what: string;
}

/** The result of one host over all plays of a run. */
export interface RecordedHost {
  readonly host: string;
  /** Undefined: the run ended before the host did. */
  readonly outcome: HostOutcome | undefined;
  /** True when the host ended ok or changed in every play. */
  readonly isDone: boolean;
  /** Changes still in force when the run ended, in order. */
  readonly changes: readonly Change[];
  readonly error?: EventError | undefined;
}

/** True when the run was not interrupted. */
export function isFinished({ run }: RunRecord): boolean {
  return run.endedAt !== undefined;
}

/** Returns the hosts of a run in order of first appearance. */
export function hostsOf({ run: { plays, playNames } }: RunRecord): readonly RecordedHost[] {
  // A play that never began may have had any host.
  const isWhole = plays.length === playNames.length && plays.length > 0;
  const byName = new Map<string, FoldedHost[]>();
  for (const host of plays.flatMap(({ hosts }) => hosts)) {
    const inPlays = byName.get(host.host);
    if (inPlays === undefined) byName.set(host.host, [host]);
    else inPlays.push(host);
  }
  return [...byName].map(([host, inPlays]) => {
    const outcomes = inPlays.map(({ outcome }) => outcome);
    const error = inPlays.findLast((one) => one.error !== undefined)?.error;
    return {
      host,
      outcome: severity.find((outcome) => outcomes.includes(outcome)),
      isDone: isWhole && outcomes.every((outcome) => outcome === 'ok' || outcome === 'changed'),
      changes: inPlays.flatMap(({ changes }) => changes),
      error,
    };
  });
}

const severity: readonly (HostOutcome | undefined)[] = [
  'failed',
  'unreachable',
  undefined,
  'skipped',
  'changed',
  'ok',
];
