import type { SourcePlace } from '../../model/inventory.ts';

/** The source of an option's value. */
export type Origin = 'command line' | 'environment' | 'config' | 'default';

/** An option's value as on the command line, and its source. */
export interface Setting {
  readonly value: boolean | string | readonly string[];
  /** Name for messages: `--forks`, `KVMPLAY_FORKS`. */
  readonly subject: string;
  readonly origin: Origin;
  readonly place?: SourcePlace;
}

/** Settings by option name. */
export type Settings = ReadonlyMap<string, Setting>;
