import type { HostSummary, PlayStart, RunEvent, RunSummary, TaskEnd } from '../engine/events.ts';

/** All that is to be told of a run when it has ended. */
export interface CollectedRun {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly summary: RunSummary;
  readonly plays: readonly CollectedPlay[];
}

export interface CollectedPlay {
  readonly start: Omit<PlayStart, 'type'>;
  /** In inventory order. */
  readonly hosts: readonly CollectedHost[];
}

export interface CollectedHost {
  readonly summary: HostSummary;
  /** Milliseconds since 1970; absent of a host that was skipped. */
  readonly startedAt?: number;
  readonly tasks: readonly TaskEnd[];
}

interface HostDraft {
  startedAt?: number;
  isEnded: boolean;
  readonly tasks: TaskEnd[];
}

/** Keeps what formats need that are written at the end. */
export class RunCollector {
  #startedAt = 0;
  readonly #plays: { readonly start: PlayStart; readonly hosts: Map<string, HostDraft> }[] = [];

  /** The run, when this event is its last. */
  take(event: RunEvent): CollectedRun | undefined {
    switch (event.type) {
      case 'run.start':
        this.#startedAt = event.at;
        return undefined;
      case 'play.start': {
        const drafts = event.hosts.map((host): [string, HostDraft] => [host, { isEnded: false, tasks: [] }]);
        this.#plays.push({ start: event, hosts: new Map(drafts) });
        return undefined;
      }
      case 'host.start':
        this.#update(event.host, (draft) => (draft.startedAt = event.at));
        return undefined;
      case 'task.end':
        this.#update(event.host, (draft) => draft.tasks.push(event));
        return undefined;
      case 'host.end':
        this.#update(event.host, (draft) => (draft.isEnded = true));
        return undefined;
      case 'run.end':
        return this.#finish(event.summary, event.at);
      case 'host.phase':
      case 'host.forecast':
      case 'host.undone':
      case 'task.start':
      case 'change.done':
      case 'wave.start':
      case 'wave.end':
      case 'wave.soak':
      case 'budget.broken':
      case 'play.end':
        return undefined;
    }
  }

  #update(host: string, change: (draft: HostDraft) => void): void {
    const draft = this.#plays.at(-1)?.hosts.get(host);
    if (draft !== undefined) change(draft);
  }

  /** The summary has its hosts in the same order: plays as they ran, in each the hosts as the inventory has them. */
  #finish(summary: RunSummary, endedAt: number): CollectedRun {
    const summaries = summary.hosts.values();
    const plays = this.#plays.map(({ start, hosts }) => ({
      start,
      hosts: [...hosts.values()]
        .filter(({ isEnded }) => isEnded)
        .flatMap(({ startedAt, tasks }): CollectedHost[] => {
          const next = summaries.next();
          if (next.done === true) return [];
          return [{ summary: next.value, tasks, ...(startedAt !== undefined && { startedAt }) }];
        }),
    }));
    return { startedAt: this.#startedAt, endedAt, summary, plays };
  }
}
