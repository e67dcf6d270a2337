import type { SourcePlace } from '../../model/inventory.ts';

/** What gave an option its value. */
export type Origin = 'command line' | 'environment' | 'config' | 'default';

/** A value of an option as the command line would give it, and who says so. */
export interface Setting {
  readonly value: boolean | string | readonly string[];
  /** For messages: `--forks`, `KVMPLAY_FORKS`. */
  readonly subject: string;
  readonly origin: Origin;
  readonly place?: SourcePlace;
}

/** By name of the option. */
export type Settings = ReadonlyMap<string, Setting>;
