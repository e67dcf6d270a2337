import { namingFields, Secrets } from '../../model/secrets.ts';
import type { Reporter, RunEventBody } from '../events.ts';

/** Sends events to every reporter, in order, without waiting. A reporter that throws receives no more. */
export class Broadcast {
  readonly errors: string[] = [];
  #seq = 0;
  #reporters: readonly Reporter[];
  #pending: Promise<unknown> = Promise.resolve();

  readonly #secrets: Secrets;

  constructor(reporters: readonly Reporter[], secrets = new Secrets()) {
    this.#reporters = reporters;
    this.#secrets = secrets;
  }

  emit(body: RunEventBody): void {
    this.#seq += 1;
    const event = { seq: this.#seq, at: Date.now(), ...body };
    const masked = this.hide(event);
    for (const reporter of this.#reporters) {
      try {
        const told = reporter.hearsSecrets === true ? event : masked;
        const heard = Promise.resolve(reporter.onEvent(told)).catch((error: unknown) =>
          this.#drop(reporter, error),
        );
        this.#pending = Promise.all([this.#pending, heard]);
      } catch (error) {
        this.#drop(reporter, error);
      }
    }
  }

  /** Masks the secrets known so far in a value. */
  hide<T>(value: T): T {
    return this.#secrets.maskIn(value, namingFields);
  }

  async settled(): Promise<void> {
    await this.#pending;
  }

  #drop(reporter: Reporter, error: unknown): void {
    if (!this.#reporters.includes(reporter)) return;
    this.#reporters = this.#reporters.filter((other) => other !== reporter);
    this.errors.push(`a reporter ended: ${error instanceof Error ? error.message : String(error)}`);
  }
}
