import type { OfPlay } from '../engine/events.ts';

/** Returns labels of plays by number: the name, plus the number where names repeat, as in `bond6, play 2`. */
export function playLabels(plays: readonly OfPlay[]): ReadonlyMap<number, string> {
  const names = new Map(plays.map(({ play, playIndex }) => [playIndex, play]));
  const isShared = (name: string): boolean =>
    [...names.values()].filter((other) => other === name).length > 1;
  return new Map(
    [...names].map(([playIndex, name]) => [
      playIndex,
      isShared(name) ? `${name}, play ${playIndex + 1}` : name,
    ]),
  );
}
