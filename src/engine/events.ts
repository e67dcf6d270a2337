import type { Change } from '../model/change.ts';
import type { Forecast } from '../model/forecast.ts';

/** Outcome of a play on one host. `unreachable` counts as failed in every budget. */
export type HostOutcome = 'ok' | 'changed' | 'failed' | 'unreachable' | 'skipped';

/** Outcome of one task on one host. In check mode `changed` means: would change. */
export type TaskOutcome = 'ok' | 'changed' | 'failed' | 'skipped';

/** The reason why a task was left out: tags of the run, the answer to `--step`, or check mode, in which waits are skipped. */
export type LeftOutBy = 'tags' | 'step' | 'check';

/** One event of a run, as plain data. `seq` counts from 1; `at` is milliseconds since 1970. */
export type RunEvent = { readonly seq: number; readonly at: number } & RunEventBody;

/** The play of an event. Plays with the same name differ in their numbers. */
export interface OfPlay {
  readonly play: string;
  /** 0-based position of the play in the run. */
  readonly playIndex: number;
}

/** The host of an event, within one play. */
export interface OfHost extends OfPlay {
  readonly host: string;
}

export type RunEventBody =
  | { readonly type: 'run.start'; readonly checkMode: boolean; readonly plays: readonly string[] }
  | PlayStart
  | HostStart
  | HostPhaseStart
  | HostForecast
  | TaskStart
  | TaskEnd
  | ChangeDone
  | HostEnd
  | HostUndone
  | WaveStart
  | WaveEnd
  | WaveSoak
  | BudgetBroken
  | PlayEnd
  | { readonly type: 'run.end'; readonly summary: RunSummary };

export interface HostStart extends OfHost {
  readonly type: 'host.start';
}

/** A host enters a phase. After `host.end` the phase belongs to the undo. */
export interface HostPhaseStart extends OfHost {
  readonly type: 'host.phase';
  readonly phase: HostPhase;
}

/** A change took effect; never sent in check mode. If the host fails later, the change is rolled back. */
export interface ChangeDone extends OfHost {
  readonly type: 'change.done';
  readonly change: Change;
}

/** The run pauses between two waves. */
export interface WaveSoak extends OfPlay {
  readonly type: 'wave.soak';
  readonly wave: string;
  readonly seconds: number;
}

export interface PlayEnd extends OfPlay {
  readonly type: 'play.end';
}

export interface PlayStart extends OfPlay {
  readonly type: 'play.start';
  /** In inventory order. */
  readonly hosts: readonly string[];
  /** Number of hosts per wave, for a play with a rollout. Also sent in check mode, where waves do not wait for each other. */
  readonly waves?: readonly { readonly wave: string; readonly hosts: number }[];
}

/** A wave starts. Sent for a play with a rollout, except in check mode. */
export interface WaveStart extends OfPlay {
  readonly type: 'wave.start';
  /** `canary`, or `wave 2 of 3`. */
  readonly wave: string;
  /** In inventory order; hosts may start in another order. */
  readonly hosts: readonly string[];
}

/** All hosts of the wave have ended, including their undo if there was one. */
export interface WaveEnd extends OfPlay {
  readonly type: 'wave.end';
  readonly wave: string;
  /** Hosts by outcome. */
  readonly hosts: Readonly<Record<HostOutcome, number>>;
}

/** Too many hosts failed: no further host starts, and hosts in progress finish. */
export interface BudgetBroken extends OfPlay {
  readonly type: 'budget.broken';
  readonly wave: string;
  /** Failed and unreachable hosts, including those of earlier plays. */
  readonly failed: number;
  readonly allowed: number;
  /** `canary kvm1 is unreachable`, `2 of 30 hosts failed or are unreachable, at most 1 may` */
  readonly reason: string;
}

/** Sent after `host.end`: the play's changes on the host were undone, or could not be. */
export interface HostUndone extends OfHost {
  readonly type: 'host.undone';
  /** `proved`: undone and verified. `kept`: no undo was tried, the changes stay in force. */
  readonly result: 'proved' | 'failed' | 'kept';
  /** The new outcome of the host. */
  readonly outcome: HostOutcome;
  readonly error: EventError;
  /** Connections of play and undo together; the same holds for `execs` and `milliseconds`. */
  readonly connections: number;
  readonly execs: number;
  readonly milliseconds: number;
}

/** Phase of a host. `command`: a command of the playbook runs. */
export type HostPhase =
  'connect' | 'survey' | 'plan' | 'command' | 'apply' | 'verify' | 'commit' | 'rollback';

/** Expected disruption by a transaction. Sent before the transaction begins, in check mode instead of it, and only if it changes anything. */
export interface HostForecast extends OfHost {
  readonly type: 'host.forecast';
  readonly forecast: Forecast;
}

/** The playbook has reached a task, for progress displays. `task.end` tells the outcome. */
export interface TaskStart extends OfHost {
  readonly type: 'task.start';
  readonly index: number;
  readonly task: string;
  readonly subject: string;
}

/** Sent when the outcome is certain: at once in check mode or without changes, otherwise when the transaction has ended. */
export interface TaskEnd extends OfHost {
  readonly type: 'task.end';
  /** 0-based, in the order of the playbook. */
  readonly index: number;
  /** `ensureBond` */
  readonly task: string;
  /** `bond6` */
  readonly subject: string;
  /** Absent: none. */
  readonly tags?: readonly string[];
  readonly outcome: TaskOutcome;
  /** Set for a skipped task that was neither planned nor run. */
  readonly leftOutBy?: LeftOutBy;
  /** True if the change was made and then rolled back, because the transaction failed. */
  readonly rolledBack: boolean;
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly error?: EventError;
}

export interface HostEnd extends OfHost {
  readonly type: 'host.end';
  readonly outcome: HostOutcome;
  /** Set if changes of the host had to be rolled back: whether the rollback was verified. */
  readonly rollback?: 'proved' | 'failed';
  readonly error?: EventError;
  readonly connections: number;
  readonly execs: number;
  readonly milliseconds: number;
}

/** An error as data. */
export interface EventError {
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  /** Line of the playbook that caused the error: `playbooks/bond6.ts:12:11`. */
  readonly place?: string;
  /** Further lines: the command and its stderr, differences. */
  readonly details?: readonly string[];
}

export interface RunSummary {
  readonly checkMode: boolean;
  /** Plays in order, hosts in inventory order. */
  readonly hosts: readonly HostSummary[];
  /** The broken budget that ended the run before all hosts had started. */
  readonly stopped?: StoppedRun;
  /** Sentences about reporters that threw. The run itself is not affected. */
  readonly reporterErrors: readonly string[];
  /** Longest time in seconds for which kvmplay's event loop was blocked, by a playbook or by a host's output. Set only if that endangers confirmations. */
  readonly stalledSeconds?: number;
}

/** The budget that ended a run early. */
export interface StoppedRun extends OfPlay {
  readonly wave: string;
  readonly reason: string;
}

export interface HostSummary extends OfHost {
  readonly outcome: HostOutcome;
  readonly rollback?: 'proved' | 'failed';
  readonly error?: EventError;
  /** Forecast of the transaction that disrupts most. Absent if nothing was to change. */
  readonly forecast?: Forecast;
  /** Number of tasks by outcome. */
  readonly tasks: Readonly<Record<TaskOutcome, number>>;
  readonly connections: number;
  readonly execs: number;
  readonly milliseconds: number;
}

/** Receives the events of a run; it can neither change nor break the run. A reporter that throws is reported once and receives no more events. */
export interface Reporter {
  /** True for reporters that need secrets to undo or repeat a run. Others receive `********` for every secret. Default: false. */
  readonly hearsSecrets?: boolean | undefined;
  onEvent(event: RunEvent): void | Promise<void>;
}
