import type { EventError, HostOutcome } from '../../engine/events.ts';
import type { FoldedHost, FoldedRun } from '../../engine/fold/folded-run.ts';
import type { Change } from '../../model/change.ts';

/** First line of a record: what a run was called with. */
export interface RecordHeader {
  readonly type: 'record';
  /** Of the file; another number is another shape. */
  readonly format: 1;
  readonly id: string;
  /** Of kvmplay. */
  readonly version: string;
  readonly command: 'run' | 'apply';
  /** Absolute; of `apply` the plan file. */
  readonly playbooks: readonly string[];
  /** Absolute. */
  readonly inventory: readonly string[];
  readonly limit?: string;
  /** The only hosts of a run that resumed another. */
  readonly only?: readonly string[];
  /** Without those whose name looks secret. */
  readonly extraVars: Readonly<Record<string, unknown>>;
  /** Names of variables that were left out. */
  readonly leftOut: readonly string[];
  /** Other options, by name. */
  readonly options: Readonly<Record<string, boolean | string | number | readonly string[]>>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Of the system that ran it. */
  readonly user: string;
}

/** A record as it was read; one of a run that was killed ends early. */
export interface RunRecord {
  readonly header: RecordHeader;
  readonly run: FoldedRun;
  /** Those that stand in what was changed: they are not shown when it is undone. */
  readonly secrets: readonly string[];
  /** Changes that only a newer kvmplay knows; `run` is without them. */
  readonly unknown: readonly UnknownChange[];
}

export interface UnknownChange {
  readonly host: string;
  /** `kind tunnel.create`, `pvid of kind port.add` */
  readonly what: string;
}

/** What came of one host in all plays of a run. */
export interface RecordedHost {
  readonly host: string;
  /** Undefined: the run ended before the host did. */
  readonly outcome: HostOutcome | undefined;
  /** It came to its end in every play, ok or changed. */
  readonly isDone: boolean;
  /** In force when the run ended, in order. */
  readonly changes: readonly Change[];
  readonly error?: EventError;
}

/** Whether the run came to its end. */
export function isFinished({ run }: RunRecord): boolean {
  return run.endedAt !== undefined;
}

/** The hosts of a run, in the order in which they first come up. */
export function hostsOf({ run: { plays, playNames } }: RunRecord): readonly RecordedHost[] {
  // A play that never began may be for any host.
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
      ...(error !== undefined && { error }),
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
