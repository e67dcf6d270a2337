import type { Reporter, RunEvent, RunSummary } from '../../engine/events.ts';
import { nearestName } from '../../model/nearest-name.ts';

const special = new Set(['always', 'never', 'tagged', 'untagged', 'all']);

/** Finds requested tags that no task of a run has; most likely they are misspelt. */
export class UnknownTags implements Reporter {
  readonly #met = new Set<string>();
  readonly #asked: readonly string[];

  constructor(asked: readonly string[]) {
    this.#asked = asked.filter((tag) => !special.has(tag));
  }

  onEvent = (event: RunEvent): void => {
    if (event.type === 'task.end') for (const tag of event.tags ?? []) this.#met.add(tag);
  };

  /** One sentence per tag; none when a host did not finish, since its remaining tasks are unknown. */
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
