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

/** A run up to its last event, as plain data. Times are milliseconds since 1970. */
export interface FoldedRun {
  readonly checkMode: boolean;
  /** Absent before the first event. */
  readonly startedAt?: number;
  /** Absent: the run is in progress, or was killed. */
  readonly endedAt?: number;
  /** Names of all plays, including those that have not begun. */
  readonly playNames: readonly string[];
  /** Plays that have begun, in order. */
  readonly plays: readonly FoldedPlay[];
  /** The broken budget: no further host starts. */
  readonly stopped?: StoppedRun;
  /** Sentences about reporters that threw; known at the end of the run. */
  readonly reporterErrors: readonly string[];
}

/** A play that has begun. */
export interface FoldedPlay extends OfPlay {
  readonly startedAt: number;
  readonly endedAt?: number;
  /** In inventory order, including hosts that have not started. */
  readonly hosts: readonly FoldedHost[];
  /** Waves in order, including those that have not begun. Only for a play with a rollout. */
  readonly waves?: readonly FoldedWave[];
}

/** A wave of a rollout. */
export interface FoldedWave {
  /** `canary`, or `wave 2 of 3`. */
  readonly wave: string;
  /** Number of hosts in the wave. */
  readonly hosts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Start of the next wave, after a soak. */
  readonly soakUntil?: number;
}

/** State of a host in a play: waiting for its turn, running, ended, or undoing its changes because its wave failed. */
export type HostState = 'waiting' | 'running' | 'ended' | 'undoing';

/** One host in one play. */
export interface FoldedHost extends OfHost {
  readonly state: HostState;
  /** The wave in which it started. */
  readonly wave?: string;
  /** Absent for a host that has not started, or was skipped. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Absent until the host has ended. An undo may change it. */
  readonly outcome?: HostOutcome;
  /** Set if changes of the host had to be rolled back: whether the rollback was verified. */
  readonly rollback?: 'proved' | 'failed';
  readonly error?: EventError;
  /** In order. The last one has no end while the host is in it. */
  readonly phases: readonly FoldedPhase[];
  /** In playbook order, including the task in progress. */
  readonly tasks: readonly FoldedTask[];
  /** One for each transaction, in order. */
  readonly forecasts: readonly Forecast[];
  /** Changes that took effect and were not undone, in order. */
  readonly changes: readonly Change[];
  /** Only for a host of a wave that is undone. */
  readonly undo?: FoldedUndo;
  /** 0 until the host has ended; the same holds for `execs` and `milliseconds`. */
  readonly connections: number;
  readonly execs: number;
  readonly milliseconds: number;
}

/** A period that a host spends in one phase. */
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
  /** The time at which the playbook reached the task. Absent if it never did. */
  readonly startedAt?: number;
  /** Absent until certain: that of a change is certain when its transaction has ended. */
  readonly outcome?: TaskOutcome;
  /** Set for a skipped task that was neither planned nor run. */
  readonly leftOutBy?: LeftOutBy;
  /** True if the change was made and then rolled back. */
  readonly rolledBack: boolean;
  /** Its changes; in check mode, those it would make. */
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly error?: EventError;
}

/** The undo of a play's changes on a host. */
export interface FoldedUndo {
  /** Absent: no undo was tried. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly phases: readonly FoldedPhase[];
  /** Absent while in progress. `kept`: no undo was tried, the changes stay in force. */
  readonly result?: 'proved' | 'failed' | 'kept';
}
