import type { InventoryHost } from '../../model/inventory.ts';
import type { EventError, HostOutcome, HostSummary, OfPlay, RunEventBody } from '../events.ts';
import type { RolloutSchedule, Wave } from './rollout.ts';
import { ApartOccupancy } from './apart-groups.ts';

/** Waits. Resolves early, and does not reject, when the signal fires. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Functions that the scheduler calls: to run, skip and undo a host, and to wait. */
export interface WaveWork extends OfPlay {
  /** Hosts of the play that failed in an earlier one. They count as failed from the start. */
  readonly lost: readonly HostSummary[];
  /** Runs a host to its end, whatever happens; never rejects. */
  readonly run: (host: InventoryHost) => Promise<EndedHost>;
  readonly skip: (host: InventoryHost, reason: EventError) => HostSummary;
  readonly emit: (event: RunEventBody) => void;
  readonly sleep: Sleep;
  /** Resolves when the hosts in progress have been served; a further host starts only then. Default: at once. */
  readonly idle?: (() => Promise<void>) | undefined;
  /** No further host starts after it fires. */
  readonly signal?: AbortSignal | undefined;
}

export interface EndedHost {
  readonly summary: HostSummary;
  /** Undoes the play's changes on the host. Absent if there are none. Never rejects. */
  readonly undo?: (reason: string) => Promise<UndoneHost>;
}

/** `rollback` tells whether the undo was verified. Absent: no undo was tried. */
export type UndoneHost = HostSummary & { readonly error: EventError };

export interface WavesEnd {
  /** One summary for every host of the rollout, in no particular order. */
  readonly summaries: readonly HostSummary[];
  /** The reason why no further host may start. */
  readonly broken?: BrokenBudget | undefined;
}

export interface BrokenBudget {
  readonly wave: string;
  readonly reason: string;
}

/** Runs the hosts of a play wave by wave. Every host ends exactly once: it runs, or is skipped with the reason. */
export async function runWaves(schedule: RolloutSchedule, work: WaveWork): Promise<WavesEnd> {
  return await new Waves(schedule, work).run();
}

export function isFailure({ outcome }: HostSummary): boolean {
  return outcome === 'failed' || outcome === 'unreachable';
}

class Waves {
  readonly #schedule: RolloutSchedule;
  readonly #work: WaveWork;
  readonly #occupancy: ApartOccupancy;
  readonly #ended = new Map<string, EndedHost>();
  #failed: number;
  #broken: BrokenBudget | undefined;

  constructor(schedule: RolloutSchedule, work: WaveWork) {
    this.#schedule = schedule;
    this.#work = work;
    this.#occupancy = new ApartOccupancy(schedule.apartGroups);
    this.#failed = work.lost.length;
    for (const summary of work.lost) {
      this.#occupancy.take(summary.host);
      this.#occupancy.leave(summary.host, { isLost: isLost(summary) });
    }
  }

  async run(): Promise<WavesEnd> {
    const { waves } = this.#schedule;
    if (waves[0] !== undefined) this.#checkBudget(waves[0]);
    for (const [index, wave] of waves.entries()) {
      if (!this.#mayStart()) this.#skip(wave.hosts);
      else await this.#runWave(wave, { isLast: index === waves.length - 1 });
    }
    const summaries = [...this.#ended.values()].map(({ summary }) => summary);
    return { summaries, broken: this.#broken };
  }

  async #runWave(wave: Wave, { isLast }: { readonly isLast: boolean }): Promise<void> {
    const of = this.#ofPlay();
    const hosts = wave.hosts.map(({ name }) => name);
    this.#announce({ type: 'wave.start', ...of, wave: wave.name, hosts });
    const window = wave.isCanary ? 1 : this.#schedule.window;
    const rest = await this.#roll(wave.hosts, window, {
      mayStart: () => this.#mayStart(),
      work: (host) => this.#runHost(host, wave),
    });
    this.#skip(rest);
    if (this.#broken !== undefined && this.#schedule.undoesWave) await this.#undo(wave, this.#broken.reason);
    this.#announce({ type: 'wave.end', ...of, wave: wave.name, hosts: this.#countOutcomes(wave) });
    // Drop the undo closures: each retains its host's session.
    for (const { name } of wave.hosts) this.#ended.set(name, { summary: this.#summaryOf(name) });
    if (!isLast && this.#mayStart() && this.#countOutcomes(wave).changed > 0) await this.#soak(wave);
  }

  async #runHost(host: InventoryHost, wave: Wave): Promise<HostSummary> {
    const ended = await this.#work.run(host);
    this.#ended.set(host.name, ended);
    if (isFailure(ended.summary)) {
      this.#failed += 1;
      this.#checkBudget(wave, ended.summary);
    }
    return ended.summary;
  }

  #checkBudget(wave: Wave, latest?: HostSummary): void {
    const reason = this.#whyBroken(wave, latest);
    if (reason === undefined || this.#broken !== undefined) return;
    this.#broken = { wave: wave.name, reason };
    this.#work.emit({
      type: 'budget.broken',
      ...this.#ofPlay(),
      ...this.#broken,
      failed: this.#failed,
      allowed: this.#schedule.allowed,
    });
  }

  #whyBroken(wave: Wave, latest: HostSummary | undefined): string | undefined {
    if (wave.isCanary && latest !== undefined) {
      return `canary ${latest.host} ${latest.outcome === 'failed' ? 'failed' : 'is unreachable'}`;
    }
    const { allowed } = this.#schedule;
    if (this.#failed <= allowed) return undefined;
    const hosts = this.#schedule.waves.reduce(
      (sum, other) => sum + other.hosts.length,
      this.#work.lost.length,
    );
    return `${String(this.#failed)} of ${String(hosts)} hosts failed or are unreachable, at most ${String(allowed)} may`;
  }

  /** Runs hosts in order, each as soon as there is room for it. Resolves, when all started hosts have ended, with the hosts that could not start. */
  async #roll(
    hosts: readonly InventoryHost[],
    window: number,
    {
      mayStart,
      work,
    }: {
      readonly mayStart: () => boolean;
      readonly work: (host: InventoryHost) => Promise<HostSummary>;
    },
  ): Promise<readonly InventoryHost[]> {
    const waiting = [...hosts];
    const underWay = new Set<Promise<void>>();
    const start = (host: InventoryHost): void => {
      this.#occupancy.take(host.name);
      const end = work(host).then((summary) => {
        this.#occupancy.leave(host.name, { isLost: isLost(summary) });
        underWay.delete(end);
      });
      underWay.add(end);
    };
    for (;;) {
      while (mayStart() && underWay.size < window) {
        if (underWay.size > 0) await this.#work.idle?.();
        if (!mayStart()) break;
        const index = waiting.findIndex(({ name }) => this.#occupancy.fullGroup(name) === undefined);
        const [host] = index === -1 ? [] : waiting.splice(index, 1);
        if (host === undefined) break;
        start(host);
      }
      if (underWay.size === 0) return waiting;
      await Promise.race(underWay);
    }
  }

  /** Undoes the changes of a wave, with the same window and the same apart-groups. */
  async #undo(wave: Wave, reason: string): Promise<void> {
    const done = wave.hosts.filter(({ name }) => this.#ended.get(name)?.undo !== undefined);
    const rest = await this.#roll(done, this.#schedule.window, {
      mayStart: () => !this.#isCancelled(),
      work: async ({ name }) => {
        const undone = await this.#ended.get(name)?.undo?.(reason);
        return undone === undefined ? this.#summaryOf(name) : this.#endUndo(undone);
      },
    });
    for (const { name } of rest) {
      const why = this.#isCancelled() ? 'cancelled' : this.#whyFull(name);
      const error = { code: 'KVMPLAY_NOT_UNDONE', message: `not undone: ${why}` };
      this.#endUndo({ ...this.#summaryOf(name), error });
    }
  }

  #endUndo(undone: UndoneHost): HostSummary {
    const { tasks: _, forecast: __, rollback: result = 'kept', ...end } = undone;
    this.#ended.set(end.host, { summary: undone });
    this.#work.emit({ type: 'host.undone', result, ...end });
    return undone;
  }

  async #soak(wave: Wave): Promise<void> {
    const { soak } = this.#schedule;
    if (soak === 0) return;
    const { sleep, signal } = this.#work;
    this.#announce({ type: 'wave.soak', ...this.#ofPlay(), wave: wave.name, seconds: soak / 1000 });
    await sleep(soak, signal);
  }

  #skip(hosts: readonly InventoryHost[]): void {
    for (const host of hosts) {
      const summary = this.#work.skip(host, this.#whyNotStarted(host));
      this.#ended.set(host.name, { summary });
    }
  }

  #whyNotStarted({ name }: InventoryHost): EventError {
    if (this.#broken !== undefined) return { code: 'KVMPLAY_BUDGET', message: this.#broken.reason };
    if (this.#isCancelled()) return { code: 'KVMPLAY_CANCELLED', message: 'cancelled' };
    return { code: 'KVMPLAY_APART', message: this.#whyFull(name) };
  }

  /** No host is in progress, so only lost hosts can fill a group. */
  #whyFull(host: string): string {
    return `a lost host counts as under way in ${this.#occupancy.fullGroup(host)?.name ?? 'its place'}`;
  }

  #mayStart(): boolean {
    return this.#broken === undefined && !this.#isCancelled();
  }

  #isCancelled(): boolean {
    return this.#work.signal?.aborted === true;
  }

  #summaryOf(host: string): HostSummary {
    const ended = this.#ended.get(host);
    if (ended === undefined) throw new Error(`${host} has not ended`);
    return ended.summary;
  }

  #countOutcomes(wave: Wave): Readonly<Record<HostOutcome, number>> {
    const counts = { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0 };
    for (const { name } of wave.hosts) counts[this.#summaryOf(name).outcome] += 1;
    return counts;
  }

  #ofPlay(): OfPlay {
    const { play, playIndex } = this.#work;
    return { play, playIndex };
  }

  #announce(event: RunEventBody): void {
    if (this.#schedule.isAnnounced) this.#work.emit(event);
  }
}

/** The state of such a host is unknown, or wrong. */
function isLost({ outcome, rollback }: HostSummary): boolean {
  return outcome === 'unreachable' || rollback === 'failed';
}
