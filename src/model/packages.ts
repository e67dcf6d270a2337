import type { PackageManager } from '../changes/package.ts';

/** Installed packages out of those that were asked for. */
export interface Packages {
  /** Absent: the host has no package manager known to kvmplay. */
  readonly manager?: PackageManager;
  /** Versions of installed packages by name. The version is empty while the installation is only planned. */
  readonly installed: ReadonlyMap<string, string>;
  /** Packages that dpkg unpacked but did not configure. Absent: none. */
  readonly unfinished?: ReadonlySet<string>;
}
