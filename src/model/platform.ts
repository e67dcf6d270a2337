import type { Tool } from './tools.ts';

/** A kernel module that a layout needs; 8021q makes VLANs. */
export type NetworkModule = 'bonding' | '8021q' | 'bridge';

/** `present`: loaded, or built into the kernel. */
export type ModuleState = 'present' | 'loadable' | 'missing';

/** Whatever configures the network here: a daemon that runs, or scripts that are installed. */
export type NetworkService =
  'initscripts' | 'NetworkManager' | 'systemd-networkd' | 'netplan' | 'ifupdown' | 'ifupdown2';

/** What kind of system the host is. */
export interface Platform {
  readonly distribution: Distribution;
  /** Kernel release: `3.10.0-957.el7.x86_64`. */
  readonly kernel: string;
  readonly hostname: string;
  /** Whether what kvmplay runs there runs as root. */
  readonly isRoot: boolean;
  readonly tools: readonly Tool[];
  /** As iproute2 tells it: `6.1.0`, in old ones `ss170501`. Absent without iproute2. */
  readonly ipVersion?: string;
  readonly modules: Readonly<Record<NetworkModule, ModuleState>>;
  readonly networkServices: readonly NetworkService[];
  readonly systemdRuns: boolean;
  /** Type of the file system of / or /usr when it comes over the network (nfs and the like; iSCSI does not show). */
  readonly networkRoot?: string;
}

export interface Distribution {
  /** As os-release has it: `centos`, `debian`. */
  readonly id: string;
  /** `7`, `12`; empty where there is none. */
  readonly version: string;
  /** For people: `CentOS Linux 7 (Core)`. */
  readonly name: string;
}
