import type { PlayStart, Reporter, RunEvent } from '../engine/events.ts';
import { foldHost, type HostEvent, waitingHost } from '../engine/fold/fold-host.ts';
import type { FoldedHost } from '../engine/fold/folded-run.ts';
import { formatHostBlock, formatUndone } from './host-block.ts';
import type { BlockStyle } from './host-block.ts';
import { formatRecap } from './recap.ts';
import { printableLine } from '../model/printable.ts';
import { count, createPaint } from './style.ts';
import type { Paint } from './style.ts';

/** Options of `plainReporter`. */
export interface PlainOptions {
  readonly write: (text: string) => void;
  /** Adds colour; the words alone carry the meaning. */
  readonly colour: boolean;
  /** Shows every change beneath its task. */
  readonly diff: boolean;
  /** 1: connections, execs and seconds of each host; 2: also its phases and changes; 3: also the commands of changes. */
  readonly verbose: number;
  /** Width of the terminal; undefined without one. */
  readonly columns?: number | undefined;
  /**
   * Shortens the report: a host where all is ok is one line without a row in the recap; others show only tasks that were not
   * ok.
   */
  readonly compact?: boolean;
}

/**
 * Writes a report for people. Hosts run in parallel, so the lines of each are held back until it ends and come as one block.
 * A table of all hosts in inventory order ends the report.
 */
export function plainReporter(options: PlainOptions): Reporter {
  const report = new PlainReport(options);
  // Blocks are written in order, even if the run does not wait for the previous one.
  let turn = Promise.resolve();
  return {
    onEvent(event) {
      turn = turn.then(() => report.take(event));
      return turn;
    },
  };
}

class PlainReport {
  readonly #options: PlainOptions;
  readonly #paint: Paint;
  /** Running hosts by name. A host that ended is reported and removed. */
  readonly #hosts = new Map<string, FoldedHost>();
  /** Hosts by warning: in a fleet many hosts give the same one. */
  readonly #warnings = new Map<string, Set<string>>();
  #checkMode = false;
  #startedAt = 0;
  #plays = 0;
  #hostWidth = 0;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#paint = createPaint(options.colour);
  }

  async take(event: RunEvent): Promise<void> {
    switch (event.type) {
      case 'run.start':
        this.#checkMode = event.checkMode;
        this.#startedAt = event.at;
        return;
      case 'play.start':
        this.#hostWidth = Math.max(0, ...event.hosts.map((host) => printableLine(host).length));
        this.#write([...(this.#plays === 0 ? [] : ['']), this.#playTitle(event)]);
        this.#plays += 1;
        return;
      case 'wave.start':
        this.#write([this.#paint(`${event.wave}: ${count(event.hosts.length, 'host')}`, 'dim')]);
        return;
      case 'wave.soak':
        this.#write([this.#paint(`${event.wave} is done; the next begins in ${event.seconds} s`, 'dim')]);
        return;
      case 'budget.broken':
        this.#write([this.#paint(`stopped: ${printableLine(event.reason)}; no further host starts`, 'red')]);
        return;
      case 'host.start':
        this.#hosts.set(event.host, foldHost(waitingHost(event), event));
        return;
      case 'task.end':
        for (const warning of event.warnings) {
          this.#warnings.set(warning, (this.#warnings.get(warning) ?? new Set()).add(event.host));
        }
        this.#update(event);
        return;
      case 'host.phase':
      case 'host.forecast':
        this.#update(event);
        return;
      case 'host.end': {
        const host = foldHost(this.#hosts.get(event.host) ?? waitingHost(event), event);
        this.#hosts.delete(event.host);
        this.#write(await formatHostBlock({ ...host, outcome: event.outcome }, this.#blockStyle()));
        return;
      }
      case 'host.undone':
        this.#write(formatUndone(event, this.#blockStyle()));
        return;
      case 'run.end':
        this.#write(
          formatRecap(event.summary, {
            paint: this.#paint,
            milliseconds: event.at - this.#startedAt,
            columns: this.#options.columns,
            warnings: this.#warnings,
            compact: this.#isCompact(),
          }),
        );
        return;
      case 'task.start':
      case 'change.done':
      case 'wave.end':
      case 'play.end':
        return;
    }
  }

  /** A phase after the end of a host belongs to its undo. */
  #update(event: HostEvent): void {
    const host = this.#hosts.get(event.host);
    if (host !== undefined) this.#hosts.set(event.host, foldHost(host, event));
  }

  #playTitle({ play, hosts, waves = [] }: PlayStart): string {
    const mode = this.#checkMode ? ' (check mode: nothing is changed)' : '';
    const sizes = waves.map((wave) => `${wave.hosts}${wave.wave === 'canary' ? ' (canary)' : ''}`);
    const order = waves.length < 2 ? '' : ` in waves of ${sizes.join(', ')}`;
    return `${this.#paint(`play ${printableLine(play)}`, 'bold')}: ${count(hosts.length, 'host')}${order}${mode}`;
  }

  #blockStyle(): BlockStyle {
    const { diff, verbose } = this.#options;
    return {
      paint: this.#paint,
      checkMode: this.#checkMode,
      diff,
      verbose,
      hostWidth: this.#hostWidth,
      compact: this.#isCompact(),
    };
  }

  #isCompact(): boolean {
    return this.#options.compact === true && this.#options.verbose === 0;
  }

  #write(lines: readonly string[]): void {
    if (lines.length > 0) {
      this.#options.write(`${lines.join('\n')}\n`);
    }
  }
}
