import type { Tool } from './tools.ts';

/** A kernel module that a layout needs; 8021q makes VLANs. */
export type NetworkModule = 'bonding' | '8021q' | 'bridge';

/** `present`: loaded, or built into the kernel. */
export type ModuleState = 'present' | 'loadable' | 'missing';

/** A network configuration service of the host: a running daemon, or installed scripts. */
export type NetworkService =
  'initscripts' | 'NetworkManager' | 'systemd-networkd' | 'netplan' | 'ifupdown' | 'ifupdown2';

/** Operating system, tools and network services of a host. */
export interface Platform {
  readonly distribution: Distribution;
  /** Kernel release: `3.10.0-957.el7.x86_64`. */
  readonly kernel: string;
  readonly hostname: string;
  /** True if commands run as root. */
  readonly isRoot: boolean;
  readonly tools: readonly Tool[];
  /** Version reported by iproute2: `6.1.0`, or `ss170501` for old ones. Absent without iproute2. */
  readonly ipVersion?: string;
  readonly modules: Readonly<Record<NetworkModule, ModuleState>>;
  readonly networkServices: readonly NetworkService[];
  readonly systemdRuns: boolean;
  /** Network file system type of / or /usr, such as nfs. iSCSI is not detected. Absent: a local one. */
  readonly networkRoot?: string;
}

export interface Distribution {
  /** ID of os-release: `centos`, `debian`. */
  readonly id: string;
  /** `7`, `12`; empty if unknown. */
  readonly version: string;
  /** Display name: `CentOS Linux 7 (Core)`. */
  readonly name: string;
}
