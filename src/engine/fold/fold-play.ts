import type { OfPlay, PlayStart, RunEvent, WaveStart } from '../events.ts';
import { type HostEvent, waitingHost } from './fold-host.ts';
import type { FoldedPlay, FoldedRun, FoldedWave } from './folded-run.ts';

/** An event about a play, or about the whole run. */
export type PlayEvent = Exclude<RunEvent, HostEvent>;

/** Returns the run after one more event that concerns no single host. The arguments stay unchanged. */
export function foldPlayEvent(run: FoldedRun, event: PlayEvent): FoldedRun {
  switch (event.type) {
    case 'run.start':
      return { ...run, checkMode: event.checkMode, startedAt: event.at, playNames: event.plays };
    case 'play.start':
      return { ...run, plays: [...run.plays, startPlay(event)] };
    case 'wave.start':
      return updatePlay(run, event, (play) => startWave(play, event));
    case 'wave.soak':
      return updateWave(run, event, (wave) => ({ ...wave, soakUntil: event.at + event.seconds * 1000 }));
    case 'wave.end':
      return updateWave(run, event, (wave) => ({ ...wave, endedAt: event.at }));
    case 'budget.broken': {
      const { play, playIndex, wave, reason } = event;
      return { ...run, stopped: { play, playIndex, wave, reason } };
    }
    case 'play.end':
      return updatePlay(run, event, (play) => ({ ...play, endedAt: event.at }));
    case 'run.end':
      return { ...run, endedAt: event.at, reporterErrors: event.summary.reporterErrors };
  }
  // A record may hold events of a newer kvmplay.
  return run;
}

type At<E> = E & { readonly at: number };

function startPlay({ play, playIndex, hosts, waves, at }: At<PlayStart>): FoldedPlay {
  return {
    play,
    playIndex,
    startedAt: at,
    hosts: hosts.map((host) => waitingHost({ play, playIndex, host })),
    ...(waves !== undefined && { waves }),
  };
}

function updatePlay(
  run: FoldedRun,
  { playIndex }: OfPlay,
  change: (play: FoldedPlay) => FoldedPlay,
): FoldedRun {
  const at = run.plays.findLastIndex((play) => play.playIndex === playIndex);
  const play = run.plays[at];
  return play === undefined ? run : { ...run, plays: run.plays.with(at, change(play)) };
}

function startWave(play: FoldedPlay, { wave, hosts, at }: At<WaveStart>): FoldedPlay {
  const names = new Set(hosts);
  const started: FoldedWave = { wave, hosts: hosts.length, startedAt: at };
  const waves = play.waves ?? [];
  const known = waves.findIndex((other) => other.wave === wave);
  return {
    ...play,
    waves: known === -1 ? [...waves, started] : waves.with(known, started),
    hosts: play.hosts.map((host) => (names.has(host.host) ? { ...host, wave } : host)),
  };
}

function updateWave(
  run: FoldedRun,
  event: OfPlay & { readonly wave: string },
  change: (wave: FoldedWave) => FoldedWave,
): FoldedRun {
  return updatePlay(run, event, (play) => {
    if (play.waves === undefined) return play;
    return { ...play, waves: play.waves.map((wave) => (wave.wave === event.wave ? change(wave) : wave)) };
  });
}
