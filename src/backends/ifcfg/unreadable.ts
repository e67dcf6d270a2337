import { PlanError } from '../../errors.ts';
import type { Place } from '../boot-model.ts';

/** Nobody can tell what a file says. */
export class UnreadableError extends PlanError {
  readonly at: Place;

  /** The message names the place. */
  constructor(at: Place, message: string) {
    super(message);
    this.name = 'PlanError';
    this.at = at;
  }
}
