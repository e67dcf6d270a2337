/** An event as a line of a record holds it. */
export interface RecordedEvent {
  readonly type: string;
  readonly play?: unknown;
  readonly playIndex?: unknown;
  readonly outcome?: unknown;
  readonly result?: unknown;
}

/**
 * Events of today's shape. Records that were written before plays had numbers lack them; plays ran one after the other, so
 * that counting gives them back.
 */
export function toPresentShape<E extends RecordedEvent>(events: readonly E[]): readonly E[] {
  let playIndex = -1;
  return events.flatMap((event): readonly E[] => {
    if (event.type === 'play.start') playIndex += 1;
    if (event.play === undefined || event.playIndex !== undefined) return [event];
    if (event.type !== 'host.undone') return [{ ...event, playIndex }];
    // An undo that was not proved left the host as its end told.
    return event.result === 'proved' ? [{ ...event, playIndex, outcome: 'skipped' }] : [];
  });
}
