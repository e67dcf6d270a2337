import type { Reporter, RunEvent } from '../engine/events.ts';
import { withoutSecrets } from './private-files.ts';

/** Options of `jsonLinesReporter`. */
export interface JsonLinesOptions {
  readonly write: (text: string) => void;
}

/** Writes every event as one line of JSON. Contents of files that only their owner may read are omitted. */
export function jsonLinesReporter({ write }: JsonLinesOptions): Reporter {
  return {
    onEvent(event) {
      write(`${JSON.stringify(hideSecrets(event))}\n`);
    },
  };
}

function hideSecrets(event: RunEvent): RunEvent {
  switch (event.type) {
    case 'task.end':
      return { ...event, changes: event.changes.map(withoutSecrets) };
    case 'change.done':
      return { ...event, change: withoutSecrets(event.change) };
    default:
      return event;
  }
}
