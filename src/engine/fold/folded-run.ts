import type { Change } from '../../model/change.ts';
import type { Forecast } from '../../model/forecast.ts';
import type {
  EventError,
  HostOutcome,
  HostPhase,
  LeftOutBy,
  OfHost,
  OfPlay,
  StoppedRun,
  TaskOutcome,
} from '../events.ts';

/** A run as far as its events tell: plain data. Times are milliseconds since 1970. */
export interface FoldedRun {
  readonly checkMode: boolean;
  /** Absent before the first event. */
  readonly startedAt?: number;
  /** Absent: the run is under way, or was killed. */
  readonly endedAt?: number;
  /** Names of all plays, also of those that have not begun. */
  readonly playNames: readonly string[];
  /** Plays that have begun, in order. */
  readonly plays: readonly FoldedPlay[];
  /** The broken budget: no further host starts. */
  readonly stopped?: StoppedRun;
  /** Sentences about reporters that threw; known when the run has ended. */
  readonly reporterErrors: readonly string[];
}

/** A play that has begun. */
export interface FoldedPlay extends OfPlay {
  readonly startedAt: number;
  readonly endedAt?: number;
  /** In inventory order; also hosts that have not started. */
  readonly hosts: readonly FoldedHost[];
  /** Only of a play with a rollout: its waves in order, also those that have not begun. */
  readonly waves?: readonly FoldedWave[];
}

/** A wave of a rollout. */
export interface FoldedWave {
  /** `canary`, or `wave 2 of 3`. */
  readonly wave: string;
  /** How many hosts it has. */
  readonly hosts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** When the next wave begins, after a soak. */
  readonly soakUntil?: number;
}

/**
 * Where a host stands in a play: it waits for its turn, runs, has ended, or is having taken back what it did, since its wave
 * failed.
 */
export type HostState = 'waiting' | 'running' | 'ended' | 'undoing';

/** One host in one play. */
export interface FoldedHost extends OfHost {
  readonly state: HostState;
  /** The wave that it started in. */
  readonly wave?: string;
  /** Absent of a host that has not started, or was skipped. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Absent until it has ended. An undo may change it. */
  readonly outcome?: HostOutcome;
  /** Only of a host whose changes were taken back, or should have been: whether that was proved. */
  readonly rollback?: 'proved' | 'failed';
  readonly error?: EventError;
  /** In order; the last one has no end while the host is in it. */
  readonly phases: readonly FoldedPhase[];
  /** In the order of the playbook; also the one under way. */
  readonly tasks: readonly FoldedTask[];
  /** One of each transaction, in order. */
  readonly forecasts: readonly Forecast[];
  /** Changes that took effect and were not undone, in order. */
  readonly changes: readonly Change[];
  /** Only of a host of a wave that is taken back. */
  readonly undo?: FoldedUndo;
  /** 0 until the host has ended, as are `execs` and `milliseconds`. */
  readonly connections: number;
  readonly execs: number;
  readonly milliseconds: number;
}

/** A time that a host spends on one thing. */
export interface FoldedPhase {
  readonly phase: HostPhase;
  readonly startedAt: number;
  /** Absent while the host is in it. */
  readonly endedAt?: number;
}

/** A task or action on one host. */
export interface FoldedTask {
  /** 0-based, in the order of the playbook. */
  readonly index: number;
  /** `ensureBond` */
  readonly task: string;
  /** `bond6` */
  readonly subject: string;
  readonly tags: readonly string[];
  /** When the playbook came to it; absent of a task that had no turn. */
  readonly startedAt?: number;
  /** Absent until it is certain: a change is, when its transaction has ended. */
  readonly outcome?: TaskOutcome;
  /** Of a skipped task that was neither planned nor run. */
  readonly leftOutBy?: LeftOutBy;
  /** True when the change was made and then taken back. */
  readonly rolledBack: boolean;
  /** What it changes, or in check mode would. */
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly error?: EventError;
}

/** What a host did in a play is taken back. */
export interface FoldedUndo {
  /** Absent: it was not tried. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly phases: readonly FoldedPhase[];
  /** Absent while it is under way. `kept`: it was not tried, the changes are in force. */
  readonly result?: 'proved' | 'failed' | 'kept';
}
