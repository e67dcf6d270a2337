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
  | FileWrite
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
export interface FileWrite {
  readonly kind: 'file.write';
  readonly path: string;
  /** Permission bits; of a file that exists they stay what they are. */
  readonly mode: number;
  /** Absent: there is no such file yet. */
  readonly before?: string;
  readonly after: string;
}
export interface FileDelete {
  readonly kind: 'file.delete';
  readonly path: string;
  readonly mode: number;
  readonly before: string;
}

export type ChangeKind = Change['kind'];

/** Kinds that a rollback cannot take back. The plan says so. */
export const irreversibleKinds: readonly ChangeKind[] = ['module.load'];

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
      return undefined;
    case 'file.write':
      return change.before === undefined
        ? { kind: 'file.delete', path: change.path, mode: change.mode, before: change.after }
        : { ...change, before: change.after, after: change.before };
    case 'file.delete':
      return { kind: 'file.write', path: change.path, mode: change.mode, after: change.before };
  }
}

/** Files are staged with the other changes but renamed into place only by the commit. */
export function isFileChange(change: Change): change is FileWrite | FileDelete {
  return change.kind === 'file.write' || change.kind === 'file.delete';
}
