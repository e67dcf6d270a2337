/** An event as it stands in a line of a record. */
export interface RecordedEvent {
  readonly type: string;
  readonly play?: unknown;
  readonly playIndex?: unknown;
  readonly outcome?: unknown;
  readonly result?: unknown;
}

/**
 * Converts events to today's shape. Old records lack the numbers of plays. Plays ran one after the other, so counting their
 * starts restores the numbers.
 */
export function toPresentShape<E extends RecordedEvent>(events: readonly E[]): readonly E[] {
  let playIndex = -1;
  return events.flatMap((event): readonly E[] => {
    if (event.type === 'play.start') playIndex += 1;
    if (event.play === undefined || event.playIndex !== undefined) return [event];
    if (event.type !== 'host.undone') return [{ ...event, playIndex }];
    // A failed undo keeps the outcome that the host had before.
    return event.result === 'proved' ? [{ ...event, playIndex, outcome: 'skipped' }] : [];
  });
}
