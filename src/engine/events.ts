import type { Change } from '../model/change.ts';
import type { Forecast } from '../model/forecast.ts';

/** How a host came out of a play. `unreachable` counts as failed in every budget. */
export type HostOutcome = 'ok' | 'changed' | 'failed' | 'unreachable' | 'skipped';

/** How one task came out on one host. In check mode `changed` means: would change. */
export type TaskOutcome = 'ok' | 'changed' | 'failed' | 'skipped';

/** What left a task out: the tags of the run, whoever answered `--step`, or check mode, in which nobody waits. */
export type LeftOutBy = 'tags' | 'step' | 'check';

/** Everything a run tells, as plain data. `seq` counts from 1; `at` is milliseconds since 1970. */
export type RunEvent = { readonly seq: number; readonly at: number } & RunEventBody;

/** The play that an event belongs to. Plays of one name differ in their numbers. */
export interface OfPlay {
  readonly play: string;
  /** 0-based: the place of the play among those of the run. */
  readonly playIndex: number;
}

/** The host that an event belongs to, in one of its plays. */
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

/** The host begins a phase. After `host.end` it is one of the undo. */
export interface HostPhaseStart extends OfHost {
  readonly type: 'host.phase';
  readonly phase: HostPhase;
}

/** A change took effect (never in check mode). Of a host that fails later it was taken back. */
export interface ChangeDone extends OfHost {
  readonly type: 'change.done';
  readonly change: Change;
}

/** The run waits between two waves. */
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
  /** Only of a play with a rollout: how many hosts go when; also in check mode, where none waits for another. */
  readonly waves?: readonly { readonly wave: string; readonly hosts: number }[];
}

/** Only of a play with a rollout, and not in check mode. */
export interface WaveStart extends OfPlay {
  readonly type: 'wave.start';
  /** `canary`, or `wave 2 of 3`. */
  readonly wave: string;
  /** In inventory order, which may not be the order in which they start. */
  readonly hosts: readonly string[];
}

/** All hosts of the wave have ended, and been undone where that was to be. */
export interface WaveEnd extends OfPlay {
  readonly type: 'wave.end';
  readonly wave: string;
  /** Hosts by outcome. */
  readonly hosts: Readonly<Record<HostOutcome, number>>;
}

/** Too many hosts failed: none starts any more; those under way come to their end. */
export interface BudgetBroken extends OfPlay {
  readonly type: 'budget.broken';
  readonly wave: string;
  /** Failed and unreachable hosts, those lost in earlier plays included. */
  readonly failed: number;
  readonly allowed: number;
  /** `canary kvm1 is unreachable`, `2 of 30 hosts failed or are unreachable, at most 1 may` */
  readonly reason: string;
}

/** After `host.end`: what the host had changed in this play was taken back, or could not be. */
export interface HostUndone extends OfHost {
  readonly type: 'host.undone';
  /** `kept`: it was not tried, the changes are in force. */
  readonly result: 'proved' | 'failed' | 'kept';
  /** The outcome that the host now has. */
  readonly outcome: HostOutcome;
  readonly error: EventError;
  /** Of the play and the undo together, as are `execs` and `milliseconds`. */
  readonly connections: number;
  readonly execs: number;
  readonly milliseconds: number;
}

/** `command`: one that the playbook gave runs. */
export type HostPhase =
  'connect' | 'survey' | 'plan' | 'command' | 'apply' | 'verify' | 'commit' | 'rollback';

/** What a transaction will disrupt; sent before it begins, in check mode instead of it, and only when it changes anything. */
export interface HostForecast extends OfHost {
  readonly type: 'host.forecast';
  readonly forecast: Forecast;
}

/** The playbook has come to a task, for progress. What came of it is told by `task.end`. */
export interface TaskStart extends OfHost {
  readonly type: 'task.start';
  readonly index: number;
  readonly task: string;
  readonly subject: string;
}

/** Sent when it is certain: at once in check mode or when nothing changes, else when the transaction has ended. */
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
  /** Of a skipped task that was neither planned nor run. */
  readonly leftOutBy?: LeftOutBy;
  /** True when the change was made and then taken back, since the transaction failed. */
  readonly rolledBack: boolean;
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly error?: EventError;
}

export interface HostEnd extends OfHost {
  readonly type: 'host.end';
  readonly outcome: HostOutcome;
  /** Only of a host whose changes were taken back, or should have been: whether that was proved. */
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
  /** `playbooks/bond6.ts:12:11`, where the playbook caused it. */
  readonly place?: string;
  /** More lines: the command and its stderr, what differs. */
  readonly details?: readonly string[];
}

export interface RunSummary {
  readonly checkMode: boolean;
  /** Plays in order, hosts in inventory order. */
  readonly hosts: readonly HostSummary[];
  /** The broken budget that ended the run before all hosts had started. */
  readonly stopped?: StoppedRun;
  /** Sentences about reporters that threw, which does not touch the run. */
  readonly reporterErrors: readonly string[];
  /** Seconds for which kvmplay itself stood still, when that endangers confirmations: a playbook or a host kept its process busy. */
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
  /** Of the transaction that disrupts most; absent when nothing was to change. */
  readonly forecast?: Forecast;
  /** Tasks by outcome. */
  readonly tasks: Readonly<Record<TaskOutcome, number>>;
  readonly connections: number;
  readonly execs: number;
  readonly milliseconds: number;
}

/** Hears a run; can neither change nor break it. What it throws is reported once and it hears no more. */
export interface Reporter {
  /** True for what must know the truth to undo or repeat it. Others hear `********` for every secret. Default false. */
  readonly hearsSecrets?: boolean;
  onEvent(event: RunEvent): void | Promise<void>;
}
