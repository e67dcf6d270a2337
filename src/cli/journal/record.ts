import type { EventError, HostOutcome, RunEvent } from '../../engine/events.ts';
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
  readonly events: readonly RunEvent[];
  /** Those that stand in what was changed: they are not shown when it is undone. */
  readonly secrets: readonly string[];
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
export function isFinished({ events }: RunRecord): boolean {
  return events.some(({ type }) => type === 'run.end');
}

interface PlanBuilder {
  outcomes: (HostOutcome | undefined)[];
  /** One list per play. */
  changes: Change[][];
  error?: EventError;
}

/** The hosts of a run, in the order in which they first come up. */
export function hostsOf(record: RunRecord): readonly RecordedHost[] {
  const drafts = new Map<string, PlanBuilder>();
  let declared = 0;
  let begun = 0;
  for (const event of record.events) {
    if (event.type === 'run.start') declared = event.plays.length;
    if (event.type === 'play.start') {
      begun += 1;
      for (const host of event.hosts) {
        const draft = drafts.get(host) ?? { outcomes: [], changes: [] };
        draft.outcomes.push(undefined);
        draft.changes.push([]);
        drafts.set(host, draft);
      }
    }
    if (event.type === 'change.done') drafts.get(event.host)?.changes.at(-1)?.push(event.change);
    if (event.type === 'host.end') end(drafts.get(event.host), event.outcome, event.error);
    if (event.type === 'host.undone' && event.result === 'proved') {
      const draft = drafts.get(event.host);
      draft?.changes.splice(-1, 1, []);
      end(draft, 'skipped', event.error);
    }
  }
  // A play that never began may be for any host.
  const isWhole = begun === declared && declared > 0;
  return [...drafts].map(([host, { outcomes, changes, error }]) => ({
    host,
    outcome: worst(outcomes),
    isDone: isWhole && outcomes.every((outcome) => outcome === 'ok' || outcome === 'changed'),
    changes: changes.flat(),
    ...(error !== undefined && { error }),
  }));
}

function end(draft: PlanBuilder | undefined, outcome: HostOutcome, error: EventError | undefined): void {
  if (draft === undefined) return;
  draft.outcomes.splice(-1, 1, outcome);
  if (error !== undefined) draft.error = error;
}

const severity: readonly (HostOutcome | undefined)[] = [
  'failed',
  'unreachable',
  undefined,
  'skipped',
  'changed',
  'ok',
];

function worst(outcomes: readonly (HostOutcome | undefined)[]): HostOutcome | undefined {
  return severity.find((outcome) => outcomes.includes(outcome));
}
