import type { FileStates } from './file-state.ts';
import type { KernelModule } from './kernel-module.ts';
import type { Address, Lease, Links, Route, RoutingRule } from './link.ts';
import type { Nic } from './nic.ts';
import type { Packages } from './packages.ts';
import type { Platform } from './platform.ts';
import type { Service } from './service.ts';

/** The state of a fake host. */
export interface FakeState {
  readonly platform: Platform;
  readonly links: Links;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly rules: readonly RoutingRule[];
  readonly leases: readonly Lease[];
  /** NIC details that links do not show, by link name. */
  readonly nics: Readonly<Record<string, Pick<Nic, 'driver' | 'pci'>>>;
  /** By path. */
  readonly files: FileStates;
  /** By key. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** By name in the kernel's spelling. */
  readonly modules: ReadonlyMap<string, KernelModule>;
  readonly packages: Packages;
  /** A package was installed and may have brought unknown services. */
  readonly mayHaveMore: boolean;
  /** By name. */
  readonly services: ReadonlyMap<string, Service>;
  /** Names of the links that NetworkManager has activated. */
  readonly managedLinks: ReadonlySet<string>;
}
