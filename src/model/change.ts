import type { Address, ControllerKind, Link, LinkKind, LinkSettings, Route } from './link.ts';

/**
 * One thing a plan does to a host, as plain data that holds both sides: it can be shown, foretold, done and undone.
 * The union is closed, so that the compiler finds every place that must learn a new kind.
 *
 * A plan hides nothing: what the kernel would do by itself (VLANs that die with their parent, addresses lost with a
 * link) is listed as changes of its own before the change that would cause it.
 */
export type Change =
  | LinkCreate
  | LinkDelete
  | LinkUpdate
  | PortAdd
  | PortRemove
  | AddressAdd
  | AddressDelete
  | RouteAdd
  | RouteDelete
  | ModuleLoad
  | ModuleUnload
  | SysctlSet
  | ServiceSet
  | PackageInstall
  | PackageRemove
  | FileWrite
  | FileUpdate
  | FileDelete;

export interface LinkCreate {
  readonly kind: 'link.create';
  readonly link: Link;
}
export interface LinkDelete {
  readonly kind: 'link.delete';
  readonly link: Link;
}
export interface LinkUpdate {
  readonly kind: 'link.update';
  readonly name: string;
  readonly linkKind: LinkKind;
  readonly before: LinkSettings;
  readonly after: LinkSettings;
}
export interface PortAdd extends PortChange {
  readonly kind: 'port.add';
}
export interface PortRemove extends PortChange {
  readonly kind: 'port.remove';
}
interface PortChange {
  readonly port: string;
  readonly controller: string;
  readonly controllerKind: ControllerKind;
  /** What the port is while it has no controller: before it joins, or after it left. As a port it is up. */
  readonly alone: PortAlone;
}

/** The settings that joining a bond or bridge changes. A bond gives its ports its own MTU and takes it back. */
export interface PortAlone {
  readonly up: boolean;
  readonly mtu: number;
}

export interface AddressAdd {
  readonly kind: 'address.add';
  readonly address: Address;
}
export interface AddressDelete {
  readonly kind: 'address.delete';
  readonly address: Address;
}
export interface RouteAdd {
  readonly kind: 'route.add';
  readonly route: Route;
}
export interface RouteDelete {
  readonly kind: 'route.delete';
  readonly route: Route;
}
export interface ModuleLoad {
  readonly kind: 'module.load';
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}
/** Takes a module out of the running kernel. Its parameters are lost with it. */
export interface ModuleUnload {
  readonly kind: 'module.unload';
  readonly name: string;
}

/** A setting below /proc/sys. Blanks between several values are single. */
export interface SysctlSet {
  readonly kind: 'sysctl.set';
  /** With dots, as sysctl(8) prints it: `net.ipv4.ip_forward`. */
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

export interface ServiceSet {
  readonly kind: 'service.set';
  readonly name: string;
  readonly manager: ServiceManager;
  /** Both sides hold what differs, and nothing else. */
  readonly before: ServiceSettings;
  readonly after: ServiceSettings;
}

/** What starts services, and what remembers to do so at boot where that is another program. */
export type ServiceManager = 'systemd' | 'chkconfig' | 'update-rc.d';

export interface ServiceSettings {
  readonly running?: boolean;
  /** Started at boot. */
  readonly enabled?: boolean;
}

export interface PackageInstall {
  readonly kind: 'package.install';
  readonly manager: PackageManager;
  readonly names: readonly string[];
}
export interface PackageRemove {
  readonly kind: 'package.remove';
  readonly manager: PackageManager;
  readonly names: readonly string[];
}

export type PackageManager = 'apt' | 'dnf' | 'yum' | 'zypper';

export interface FileWrite {
  readonly kind: 'file.write';
  readonly path: string;
  /** Permission bits of a new file; those of a file that exists are changed by `file.update`. */
  readonly mode: number;
  /** Of a new file. Absent: root. */
  readonly owner?: string;
  readonly group?: string;
  /** Absent: there is no such file yet. */
  readonly before?: string;
  readonly after: string;
  /** Its content is shown to nobody. */
  readonly secret?: boolean;
}
export interface FileUpdate {
  readonly kind: 'file.update';
  readonly path: string;
  /** Both sides hold what differs, and nothing else. */
  readonly before: FilePermissions;
  readonly after: FilePermissions;
}
export interface FileDelete {
  readonly kind: 'file.delete';
  readonly path: string;
  readonly mode: number;
  readonly owner?: string;
  readonly group?: string;
  readonly before: string;
  readonly secret?: boolean;
}

export interface FilePermissions {
  readonly mode?: number;
  /** Names, or numbers where the host knows no name. */
  readonly owner?: string;
  readonly group?: string;
}

/** What is staged with the other changes but takes effect only at the commit. */
export type FileChange = FileWrite | FileUpdate | FileDelete;

export type ChangeKind = Change['kind'];

/** Kinds that a rollback cannot take back. The plan says so. */
export const irreversibleKinds: readonly ChangeKind[] = ['module.load', 'package.install', 'package.remove'];

/** The change that takes `change` back, or undefined for an irreversible one. */
export function inverseOf(change: Change): Change | undefined {
  switch (change.kind) {
    case 'link.create':
      return { kind: 'link.delete', link: change.link };
    case 'link.delete':
      return { kind: 'link.create', link: change.link };
    case 'link.update':
      return { ...change, before: change.after, after: change.before };
    case 'port.add':
      return { ...change, kind: 'port.remove' };
    case 'port.remove':
      return { ...change, kind: 'port.add' };
    case 'address.add':
      return { ...change, kind: 'address.delete' };
    case 'address.delete':
      return { ...change, kind: 'address.add' };
    case 'route.add':
      return { ...change, kind: 'route.delete' };
    case 'route.delete':
      return { ...change, kind: 'route.add' };
    case 'module.load':
    case 'package.install':
    case 'package.remove':
      return undefined;
    case 'module.unload':
      return { kind: 'module.load', name: change.name, parameters: {} };
    case 'sysctl.set':
    case 'service.set':
      return { ...change, before: change.after, after: change.before } as Change;
    case 'file.write': {
      const { before, after, ...rest } = change;
      return before === undefined
        ? { ...rest, kind: 'file.delete', before: after }
        : { ...rest, before: after, after: before };
    }
    case 'file.update':
      return { ...change, before: change.after, after: change.before };
    case 'file.delete': {
      const { before, ...rest } = change;
      return { ...rest, kind: 'file.write', after: before };
    }
  }
}

/** Files are staged with the other changes but renamed into place only by the commit. */
export function isFileChange(change: Change): change is FileChange {
  return change.kind === 'file.write' || change.kind === 'file.update' || change.kind === 'file.delete';
}
