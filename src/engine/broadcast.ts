import type { Reporter, RunEventBody } from './events.ts';

/** Tells every reporter, in order, without waiting; one that throws hears no more. */
export class Broadcast {
  readonly errors: string[] = [];
  #seq = 0;
  #reporters: readonly Reporter[];
  #pending: Promise<unknown> = Promise.resolve();

  constructor(reporters: readonly Reporter[]) {
    this.#reporters = reporters;
  }

  emit(body: RunEventBody): void {
    this.#seq += 1;
    const event = { seq: this.#seq, at: Date.now(), ...body };
    for (const reporter of this.#reporters) {
      try {
        const heard = Promise.resolve(reporter.onEvent(event)).catch((error: unknown) =>
          this.#drop(reporter, error),
        );
        this.#pending = Promise.all([this.#pending, heard]);
      } catch (error) {
        this.#drop(reporter, error);
      }
    }
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
