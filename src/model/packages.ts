import type { PackageManager } from '../changes/package.ts';

/** Which of some packages a host has. */
export interface Packages {
  /** Absent: the host has none of those that kvmplay knows. */
  readonly manager?: PackageManager;
  /** Versions by name, of those that are installed; empty while it is only planned. */
  readonly installed: ReadonlyMap<string, string>;
  /** Names of those that dpkg unpacked and did not configure. Absent: there are none. */
  readonly unfinished?: ReadonlySet<string>;
}
