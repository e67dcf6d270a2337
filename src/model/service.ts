import type { ServiceManager } from '../changes/service.ts';

/** How a service stands. */
export interface Service {
  /** Absent: the host has neither systemd nor scripts in /etc/init.d. */
  readonly manager?: ServiceManager;
  /** `expected`: a package that is to be installed may bring it. */
  readonly existence: 'there' | 'expected' | 'missing';
  /** The name of the unit where the service was asked for by an alias: `ssh`, of which Debian's `sshd` is one. */
  readonly unit?: string;
  readonly running: boolean;
  /** Started at boot. `fixed`: it cannot be said of this one, which others start (static). `masked`: nobody can start it. */
  readonly enabled: boolean | 'fixed' | 'masked';
}
