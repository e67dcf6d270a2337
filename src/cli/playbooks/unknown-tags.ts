import type { Reporter, RunEvent, RunSummary } from '../../engine/events.ts';
import { nearestName } from '../../model/nearest-name.ts';

const special = new Set(['always', 'never', 'tagged', 'untagged', 'all']);

/** Hears a run, and says which tags that were asked for no task has: most likely they are misspelt. */
export class UnknownTags implements Reporter {
  readonly #met = new Set<string>();
  readonly #asked: readonly string[];

  constructor(asked: readonly string[]) {
    this.#asked = asked.filter((tag) => !special.has(tag));
  }

  onEvent = (event: RunEvent): void => {
    if (event.type === 'task.end') for (const tag of event.tags ?? []) this.#met.add(tag);
  };

  /** Sentences; none when a host did not come to its end, since it may have tasks that nobody knows of. */
  findings({ hosts }: RunSummary): readonly string[] {
    if (hosts.some(({ outcome }) => outcome !== 'ok' && outcome !== 'changed')) return [];
    return this.#asked
      .filter((tag) => !this.#met.has(tag))
      .map((tag) => {
        const nearest = nearestName(tag, this.#met);
        return `no task of this run has tag ${tag}${nearest === undefined ? '' : `; is it ${nearest}?`}`;
      });
  }
}
