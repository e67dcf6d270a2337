import { setImmediate } from 'node:timers/promises';
import type { HostOutcome, HostSummary, RunEventBody } from '../../src/engine/events.ts';
import { scheduleAtOnce, scheduleRollout, type Rollout } from '../../src/engine/fleet/rollout.ts';
import { runWaves, type EndedHost, type WavesEnd } from '../../src/engine/fleet/waves.ts';
import type { InventoryHost } from '../../src/model/inventory.ts';

export function inventoryHost(name: string, more: Partial<InventoryHost> = {}): InventoryHost {
  return { name, groups: [], vars: {}, place: { file: 'hosts.yml' }, ...more };
}

/** kvm1, kvm2, … */
export function fleet(count: number): readonly InventoryHost[] {
  return Array.from({ length: count }, (_, index) => inventoryHost(`kvm${String(index + 1)}`));
}

/** How a host behaves; what is not said: it takes a second and comes out changed. */
export interface HostScript {
  readonly outcome?: HostOutcome;
  readonly rollback?: 'proved' | 'failed';
  readonly seconds?: number;
  readonly undo?: 'proved' | 'failed';
}

export interface FleetOptions {
  readonly scripts?: Readonly<Record<string, HostScript>>;
  readonly forks?: number;
  /** Every host there is. */
  readonly inventory?: readonly InventoryHost[];
  /** Lost in an earlier play. */
  readonly lost?: readonly string[];
  /** Second of the fake clock at which the operator presses Ctrl-C. */
  readonly cancelAt?: number;
}

/** When a host was under way, in seconds of the fake clock. */
export interface Span {
  readonly host: string;
  readonly work: 'run' | 'undo';
  readonly from: number;
  to: number;
}

export interface FleetRun {
  readonly end: WavesEnd;
  readonly spans: readonly Span[];
  readonly skips: readonly string[];
  readonly events: readonly RunEventBody[];
  /** What happened in which order: `run kvm1`, `undo kvm1`, `cancel`, and types of events. */
  readonly log: readonly string[];
  /** Seconds of the fake clock. */
  readonly seconds: number;
}

/** Runs a rollout over hosts that only pretend, on a clock that stands still until everybody waits. */
export async function runFleet(
  hosts: readonly InventoryHost[],
  rollout: Rollout | undefined,
  { scripts = {}, forks = 50, lost = [], inventory = [], cancelAt }: FleetOptions = {},
): Promise<FleetRun> {
  const clock = new FakeClock();
  const spans: Span[] = [];
  const skips: string[] = [];
  const events: RunEventBody[] = [];
  const log: string[] = [];
  const cancel = new AbortController();
  const spend = async (host: string, work: Span['work']): Promise<void> => {
    const span = { host, work, from: clock.now, to: Infinity };
    spans.push(span);
    log.push(`${work} ${host}`);
    await clock.sleep(scripts[host]?.seconds ?? 1);
    span.to = clock.now;
  };
  const run = async ({ name }: InventoryHost): Promise<EndedHost> => {
    await spend(name, 'run');
    const { outcome = 'changed', rollback, undo = 'proved' } = scripts[name] ?? {};
    const summary = summaryOf(name, outcome, rollback);
    if (outcome !== 'changed') return { summary };
    return {
      summary,
      undo: async (reason) => {
        await spend(name, 'undo');
        const error = { code: 'KVMPLAY_UNDONE', message: reason };
        return { ...summary, outcome: undo === 'proved' ? 'skipped' : 'failed', rollback: undo, error };
      },
    };
  };

  const schedule =
    rollout === undefined
      ? scheduleAtOnce(hosts, forks)
      : scheduleRollout(rollout, hosts, { play: 'bond6', forks, lost: new Set(lost), inventory });
  if (cancelAt !== undefined) {
    void clock.sleep(cancelAt).then(() => {
      log.push('cancel');
      cancel.abort();
    });
  }
  const end = await clock.runUntil(
    runWaves(schedule, {
      ...ofPlay,
      lost: lost.map((name) => summaryOf(name, 'unreachable')),
      run,
      skip: ({ name }, reason) => {
        skips.push(`${name}: ${reason.message}`);
        return { ...summaryOf(name, 'skipped'), error: reason };
      },
      emit: (event) => {
        log.push(event.type);
        events.push(event);
      },
      sleep: (milliseconds, signal) => clock.sleep(milliseconds / 1000, signal),
      signal: cancel.signal,
    }),
  );
  return { end, spans, skips, events, log, seconds: clock.now };
}

const ofPlay = { play: 'bond6', playIndex: 0 };

function summaryOf(host: string, outcome: HostOutcome, rollback?: 'proved' | 'failed'): HostSummary {
  const tasks = { ok: 0, changed: 0, failed: 0, skipped: 0 };
  const costs = { connections: 1, execs: 1, milliseconds: 1000 };
  return { ...ofPlay, host, outcome, ...(rollback !== undefined && { rollback }), tasks, ...costs };
}

class FakeClock {
  now = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  async sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#sleepers.push({ at: this.now + seconds, wake: resolve });
      signal?.addEventListener('abort', () => resolve());
    });
  }

  async runUntil<T>(work: Promise<T>): Promise<T> {
    const ended = Symbol('ended');
    const end = work.then(
      () => ended,
      () => ended,
    );
    // An immediate lets everybody act who can act without waiting.
    while ((await Promise.race([end, setImmediate()])) !== ended) {
      const [next] = this.#sleepers.toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    return await work;
  }
}
