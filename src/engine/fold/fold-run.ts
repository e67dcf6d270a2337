import type { Reporter, RunEvent } from '../events.ts';
import { foldHost, type HostEvent } from './fold-host.ts';
import { foldPlayEvent } from './fold-play.ts';
import type { FoldedHost, FoldedRun } from './folded-run.ts';

const noRun: FoldedRun = { checkMode: false, playNames: [], plays: [], reporterErrors: [] };

/**
 * Folds events of a run, from the first up to any other, into one plain value: plays, their hosts in inventory order, the tasks of each in playbook order,
 * and work in progress. The order of events of different hosts does not matter.
 *
 * @example
 * const events: RunEvent[] = [];
 * await run({ plays: [bond6], inventory, reporters: [{ onEvent: (event) => void events.push(event) }] });
 * for (const { play, hosts } of foldRun(events).plays) {
 *   console.log(play, hosts.map(({ host, outcome }) => `${host}: ${outcome}`));
 * }
 */
export function foldRun(events: Iterable<RunEvent>): FoldedRun {
  const fold = new RunFold();
  for (const event of events) fold.onEvent(event);
  return fold.run;
}

/**
 * Returns the run after one more event, for readers that follow it. The arguments stay unchanged, and the result shares unchanged parts with them. Folding
 * events one by one gives the same result as `foldRun`.
 *
 * @example
 * let state = foldRun([]);
 * const reporter: Reporter = { onEvent: (event) => void (state = foldEvent(state, event)) };
 */
export function foldEvent(run: FoldedRun, event: RunEvent): FoldedRun {
  const fold = new RunFold({ run });
  fold.onEvent(event);
  return fold.run;
}

interface RunFoldOptions {
  /** Default: a run before its first event. */
  readonly run?: FoldedRun | undefined;
  /** `running`: drops tasks, phases, forecasts and changes of a host when it ends. Default: `all`. */
  readonly detailsOf?: 'all' | 'running' | undefined;
  readonly hearsSecrets?: boolean | undefined;
}

/** A reporter that folds a run. Between two readings the hosts of a play are copied once, rather than for each event. */
export class RunFold implements Reporter {
  readonly hearsSecrets: boolean;
  readonly #dropsDetails: boolean;
  #run: FoldedRun;
  /** Lists of hosts that no reader has seen yet, so they may be modified. */
  #own = new WeakMap<readonly FoldedHost[], FoldedHost[]>();
  /** Index of hosts in their plays: searching for each event would be slow in a big fleet. */
  readonly #places = new Map<number, ReadonlyMap<string, number>>();

  constructor({ run = noRun, detailsOf = 'all', hearsSecrets = false }: RunFoldOptions = {}) {
    this.#run = run;
    this.#dropsDetails = detailsOf === 'running';
    this.hearsSecrets = hearsSecrets;
  }

  /** The run so far. Later events do not modify the returned value. */
  get run(): FoldedRun {
    this.#own = new WeakMap();
    return this.#run;
  }

  onEvent(event: RunEvent): void {
    if ('host' in event) {
      this.#takeHost(event);
      return;
    }
    if (event.type === 'play.start') {
      this.#places.set(event.playIndex, new Map(event.hosts.map((host, at) => [host, at])));
    }
    this.#run = foldPlayEvent(this.#run, event);
  }

  #takeHost(event: HostEvent): void {
    const hosts = this.#hostsOf(event.playIndex);
    const at = this.#places.get(event.playIndex)?.get(event.host) ?? placeOf(event.host, hosts);
    const host = hosts[at];
    if (host === undefined) return;
    const after = foldHost(host, event);
    const isOver = this.#dropsDetails && event.type === 'host.end';
    hosts[at] = isOver ? { ...after, tasks: [], phases: [], forecasts: [], changes: [] } : after;
  }

  /** Returns the hosts of a play in a list that may be modified. */
  #hostsOf(playIndex: number): FoldedHost[] {
    const at = this.#run.plays.findLastIndex((play) => play.playIndex === playIndex);
    const play = this.#run.plays[at];
    if (play === undefined) return [];
    const own = this.#own.get(play.hosts);
    if (own !== undefined) return own;
    const hosts = [...play.hosts];
    this.#own.set(hosts, hosts);
    this.#run = { ...this.#run, plays: this.#run.plays.with(at, { ...play, hosts }) };
    return hosts;
  }
}

function placeOf(name: string, hosts: readonly FoldedHost[]): number {
  return hosts.findIndex(({ host }) => host === name);
}
