import type { FileStates } from './file-state.ts';
import type { KernelModule } from './kernel-module.ts';
import type { Address, Lease, Links, Route, RoutingRule } from './link.ts';
import type { Nic } from './nic.ts';
import type { Packages } from './packages.ts';
import type { Platform } from './platform.ts';
import type { Service } from './service.ts';

/** Everything that a fake host is. */
export interface FakeState {
  readonly platform: Platform;
  readonly links: Links;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly rules: readonly RoutingRule[];
  readonly leases: readonly Lease[];
  /** What of NICs does not show in their links; by name. */
  readonly nics: Readonly<Record<string, Pick<Nic, 'driver' | 'pci'>>>;
  /** By path. */
  readonly files: FileStates;
  /** By key. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** By name, as the kernel spells it. */
  readonly modules: ReadonlyMap<string, KernelModule>;
  readonly packages: Packages;
  /** A package was installed, and may have brought services that are not known here. */
  readonly mayHaveMore: boolean;
  /** By name. */
  readonly services: ReadonlyMap<string, Service>;
  /** Names of the links that NetworkManager has activated. */
  readonly managedLinks: ReadonlySet<string>;
}
