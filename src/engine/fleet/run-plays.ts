import { setTimeout } from 'node:timers/promises';
import type { InventoryHost } from '../../model/inventory.ts';
import { Broadcast } from './broadcast.ts';
import { LoopWatch } from './loop-watch.ts';
import { type CheckedVars, checkVars, refuseProblems } from './check-vars.ts';
import type { EventError, HostSummary, OfPlay, PlayStart, RunSummary } from '../events.ts';
import type { Play } from './play.ts';
import {
  overrideRollout,
  scheduleAtOnce,
  scheduleRollout,
  type Rollout,
  type RolloutSchedule,
} from './rollout.ts';
import { type HostRun, type PlayHost, runHost, skipHost } from '../session/run-host.ts';
import type { EngineOptions } from './run-options.ts';
import { isUndoable, undoHost } from '../session/undo-host.ts';
import { type EndedHost, isFailure, runWaves, type Sleep } from './waves.ts';

/** A play with its hosts in inventory order. */
export interface PreparedPlay {
  readonly play: Play;
  readonly hosts: readonly PlayHost[];
  /** Absent: all hosts at once, regardless of failures. */
  readonly rollout?: Rollout | undefined;
}

/**
 * Checks plays before any host is contacted: invalid variables, and contradictory rollouts.
 *
 * @throws PlaybookError
 */
export async function preparePlays(options: PrepareOptions): Promise<readonly PreparedPlay[]> {
  const { plays, hostsOf } = options;
  const prepared = await Promise.all(plays.map((play) => prepare(play, hostsOf(play), options)));
  refuseProblems(prepared.flatMap(({ problems }) => problems));
  for (const play of prepared) scheduleOf(play, [], options);
  return prepared;
}

type PrepareOptions = Pick<EngineOptions, 'plays' | 'hostsOf' | 'rollout' | 'forks' | 'inventoryHosts'>;

/**
 * Runs plays one after the other, and the hosts of each in parallel or wave by wave. Resolves with a summary even if hosts fail. Throws PlaybookError for
 * invalid variables or a contradictory rollout, before any host is contacted.
 */
export async function runPlays(options: EngineOptions): Promise<RunSummary> {
  const { plays, checkMode = false } = options;
  const prepared = await preparePlays(options);

  const broadcast = new Broadcast(options.reporters ?? [], options.secrets);
  const watch = new LoopWatch();
  watch.start();
  const run = new PlaysRun(options, broadcast, watch);
  broadcast.emit({ type: 'run.start', checkMode, plays: plays.map(({ name }) => name) });
  for (const [playIndex, play] of prepared.entries()) await run.play(play, playIndex);
  const { stopped } = run;
  const summary = {
    checkMode,
    hosts: run.summaries,
    ...(stopped !== undefined && { stopped }),
    reporterErrors: broadcast.errors,
    ...stalled(watch.stop(), options),
  };
  broadcast.emit({ type: 'run.end', summary });
  await broadcast.settled();
  return broadcast.hide(summary);
}

/** The state of a run over its plays. */
class PlaysRun {
  readonly summaries: HostSummary[] = [];
  stopped: RunSummary['stopped'];
  readonly #options: EngineOptions;
  readonly #broadcast: Broadcast;
  readonly #watch: LoopWatch;
  /** The first failure of each host that failed or was unreachable. Later plays skip such a host. */
  readonly #lost = new Map<string, HostSummary>();

  constructor(options: EngineOptions, broadcast: Broadcast, watch: LoopWatch) {
    this.#options = options;
    this.#watch = watch;
    this.#broadcast = broadcast;
  }

  async play(prepared: PreparedPlay, playIndex: number): Promise<void> {
    const { play, hosts } = prepared;
    const of = { play: play.name, playIndex };
    const lost = hosts.flatMap(({ host }) => this.#lost.get(host.name) ?? []);
    const schedule = scheduleOf(prepared, lost, this.#options);
    this.#broadcast.emit(toPlayStart(prepared, of, schedule));
    const ended = await this.#run(prepared, { playIndex, rollout: schedule, lost });
    for (const { host } of hosts) {
      const summary = ended.get(host.name);
      if (summary === undefined) continue;
      this.summaries.push(summary);
      if (isFailure(summary)) this.#lost.set(host.name, summary);
    }
    this.#broadcast.emit({ type: 'play.end', ...of });
  }

  async #run(
    { play, hosts }: PreparedPlay,
    {
      playIndex,
      rollout,
      lost,
    }: {
      readonly playIndex: number;
      readonly rollout: RolloutSchedule | undefined;
      readonly lost: readonly HostSummary[];
    },
  ): Promise<ReadonlyMap<string, HostSummary>> {
    const { checkMode = false, forks = defaultForks, sleep = sleepFor, signal } = this.#options;
    const run: HostRun = { play, playIndex, options: this.#options, broadcast: this.#broadcast };
    const ended = new Map<string, HostSummary>();
    const byName = new Map(hosts.map((host) => [host.host.name, host]));
    for (const { host } of hosts) {
      const reason = this.#whySkipped(host);
      if (reason !== undefined) ended.set(host.name, skipHost(host, reason, run));
    }
    if (this.stopped !== undefined) return ended;

    const rest = hosts.map(({ host }) => host).filter(({ name }) => !ended.has(name));
    // Check mode changes nothing, so hosts need not wait for each other, and every failure should be reported.
    const schedule = rollout === undefined || checkMode ? scheduleAtOnce(rest, forks) : rollout;
    const { summaries, broken } = await runWaves(schedule, {
      play: play.name,
      playIndex,
      lost,
      run: async (host) => await runOne(byName.get(host.name) ?? { host, vars: host.vars }, schedule, run),
      skip: (host, reason) => skipHost(host, reason, run),
      emit: (event) => this.#broadcast.emit(event),
      sleep,
      idle: () => this.#watch.idle(),
      signal,
    });
    for (const summary of summaries) ended.set(summary.host, summary);
    if (broken !== undefined) this.stopped = { play: play.name, playIndex, ...broken };
    return ended;
  }

  #whySkipped({ name }: InventoryHost): EventError | undefined {
    const lost = this.#lost.get(name);
    if (lost !== undefined) {
      const word = lost.outcome === 'failed' ? 'failed' : 'unreachable';
      return { code: 'KVMPLAY_LOST', message: `${word} in play "${lost.play}"` };
    }
    if (this.stopped === undefined) return undefined;
    const { play, reason } = this.stopped;
    return { code: 'KVMPLAY_BUDGET', message: `play "${play}" was stopped: ${reason}` };
  }
}

async function runOne(host: PlayHost, { undoesWave }: RolloutSchedule, run: HostRun): Promise<EndedHost> {
  const { summary, session } = await runHost(host, run);
  if (!undoesWave || session === undefined || !isUndoable(summary, session)) return { summary };
  return {
    summary,
    undo: (reason) => undoHost(host.host, { ...run, summary, session, reason }),
  };
}

function toPlayStart({ hosts }: PreparedPlay, of: OfPlay, schedule: RolloutSchedule | undefined): PlayStart {
  const waves = schedule?.waves.map(({ name, hosts: { length } }) => ({ wave: name, hosts: length }));
  return {
    type: 'play.start',
    ...of,
    hosts: hosts.map(({ host }) => host.name),
    ...(waves !== undefined && { waves }),
  };
}

/** Undefined without a rollout. Throws PlaybookError for a contradictory one. */
function scheduleOf(
  { play, hosts, rollout }: PreparedPlay,
  lost: readonly HostSummary[],
  { forks = defaultForks, inventoryHosts }: PrepareOptions,
): RolloutSchedule | undefined {
  if (rollout === undefined) return undefined;
  return scheduleRollout(
    rollout,
    hosts.map(({ host }) => host),
    {
      play: play.name,
      forks,
      lost: new Set(lost.map(({ host }) => host)),
      inventory: inventoryHosts,
    },
  );
}

const defaultForks = 50;

/** Combines a play with its hosts, and collects problems of their variables. */
async function prepare(
  play: Play,
  inventory: readonly InventoryHost[],
  { rollout: overrides }: PrepareOptions,
): Promise<PreparedPlay & CheckedVars> {
  const checked = await checkVars(play, inventory);
  if (play.rollout === undefined && overrides === undefined) return { play, ...checked };
  return { play, ...checked, rollout: overrideRollout(play.rollout, overrides) };
}

async function sleepFor(...[milliseconds, signal]: Parameters<Sleep>): Promise<void> {
  await setTimeout(milliseconds, undefined, signal && { signal }).catch(() => undefined);
}

/** Reports a blocked event loop from a quarter of the confirmation time on: a confirmation may then come too late. */
function stalled(
  milliseconds: number,
  { confirmTimeout = 30, checkMode = false }: EngineOptions,
): Pick<RunSummary, 'stalledSeconds'> {
  const endangers = !checkMode && milliseconds >= (confirmTimeout * 1000) / 4;
  return endangers ? { stalledSeconds: Math.round(milliseconds / 1000) } : {};
}
