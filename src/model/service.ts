import type { ServiceManager } from '../changes/service.ts';

/** The state of a service. */
export interface Service {
  /** Absent: the host has neither systemd nor scripts in /etc/init.d. */
  readonly manager?: ServiceManager;
  /** `expected`: a planned package may bring it. */
  readonly existence: 'there' | 'expected' | 'missing';
  /** Unit name, if the service was asked for by an alias: `ssh` for Debian's `sshd`. */
  readonly unit?: string;
  readonly running: boolean;
  /** Started at boot. `fixed`: cannot be enabled, because other units start it (static). `masked`: cannot be started at all. */
  readonly enabled: boolean | 'fixed' | 'masked';
}
