import type { HostOutcome, HostPhase, RunEvent } from '../engine/events.ts';

/** A host under way. */
export interface RunningHost {
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** `undo`: what it did is being taken back, since its wave failed. */
  phase: HostPhase | 'undo';
  /** `ensureBond bond6`: what the playbook has come to. */
  task: string;
  /** How many it has come to. */
  tasks: number;
}

/** Where a wave is. */
export interface WaveProgress {
  readonly name: string;
  readonly hosts: number;
  done: number;
}

/** How far a run is, from its events. */
export class Progress {
  checkMode = false;
  startedAt = 0;
  play = '';
  /** 1-based. */
  playNumber = 0;
  plays = 0;
  /** Of the present play. */
  hosts = 0;
  readonly outcomes: Record<HostOutcome, number> = {
    ok: 0,
    changed: 0,
    failed: 0,
    unreachable: 0,
    skipped: 0,
  };
  /** In the order in which they started. */
  readonly running = new Map<string, RunningHost>();
  wave: WaveProgress | undefined;
  /** When the next wave starts, milliseconds since 1970. */
  soakUntil: number | undefined;
  isStopped = false;

  get ended(): number {
    return Object.values(this.outcomes).reduce((sum, number) => sum + number, 0);
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case 'run.start':
        this.checkMode = event.checkMode;
        this.startedAt = event.at;
        this.plays = event.plays.length;
        return;
      case 'play.start':
        this.#startPlay(event.play, event.hosts.length);
        return;
      case 'wave.start':
        this.wave = { name: event.wave, hosts: event.hosts.length, done: 0 };
        this.soakUntil = undefined;
        return;
      case 'wave.soak':
        this.soakUntil = event.at + event.seconds * 1000;
        return;
      case 'budget.broken':
        this.isStopped = true;
        return;
      case 'host.start':
        this.#start(event.host, event.at, 'connect');
        return;
      case 'host.phase':
        // A host that has ended is at work again only to undo.
        if (!this.running.has(event.host)) this.#start(event.host, event.at, 'undo');
        this.#update(event.host, (host) => {
          if (host.phase !== 'undo') host.phase = event.phase;
        });
        return;
      case 'task.start':
        this.#update(event.host, (host) => {
          host.task = `${event.task} ${event.subject}`.trimEnd();
          host.tasks = event.index + 1;
          if (host.phase === 'command') host.phase = 'plan';
        });
        return;
      case 'host.end':
        this.running.delete(event.host);
        this.outcomes[event.outcome] += 1;
        if (this.wave !== undefined) this.wave.done += 1;
        return;
      case 'host.undone':
        this.running.delete(event.host);
        return;
      case 'play.end':
        this.wave = undefined;
        this.soakUntil = undefined;
        return;
      case 'host.forecast':
      case 'task.end':
      case 'change.done':
      case 'wave.end':
      case 'run.end':
        return;
    }
  }

  #startPlay(play: string, hosts: number): void {
    this.play = play;
    this.playNumber += 1;
    this.hosts = hosts;
    this.wave = undefined;
    this.running.clear();
    for (const outcome of Object.keys(this.outcomes)) this.outcomes[outcome as HostOutcome] = 0;
  }

  #start(host: string, since: number, phase: RunningHost['phase']): void {
    this.running.set(host, { host, since, phase, task: '', tasks: 0 });
  }

  #update(host: string, change: (host: RunningHost) => void): void {
    const found = this.running.get(host);
    if (found !== undefined) change(found);
  }
}
