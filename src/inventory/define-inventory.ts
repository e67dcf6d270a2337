import type { HostVars } from '../model/host.ts';

/** A group in an inventory written in TypeScript: the shape of Ansible's YAML. */
export interface GroupDefinition {
  /** By name or range (`kvm[01:40]`), each with its variables; null for none. */
  readonly hosts?: Readonly<Record<string, HostVars | null>>;
  /** Groups inside this one; null for one that is defined elsewhere. */
  readonly children?: Readonly<Record<string, GroupDefinition | null>>;
  readonly vars?: HostVars;
}

/** Groups by name. `all` exists without being named. */
export type InventoryDefinition = Readonly<Record<string, GroupDefinition | null>>;

/** An inventory written in TypeScript. */
export interface InventoryModule {
  readonly kvmplay: 'inventory';
  readonly define: () => InventoryDefinition | Promise<InventoryDefinition>;
}

/**
 * Declares an inventory in TypeScript, fetched from wherever it is kept. The default export of a file that `-i` names, or a
 * source of `loadInventory`.
 *
 * @example
 * export default inventory(async () => {
 *   const machines = await fetchMachines();
 *   return {
 *     kvm: {
 *       vars: { ansible_user: 'root' },
 *       hosts: Object.fromEntries(machines.map(({ name, address }) => [name, { ansible_host: address }])),
 *     },
 *   };
 * });
 */
export function inventory(define: InventoryModule['define']): InventoryModule {
  return { kvmplay: 'inventory', define };
}

/** Recognises a value made by `inventory`, also by another copy of the package. */
export function isInventoryModule(value: unknown): value is InventoryModule {
  return typeof value === 'object' && value !== null && 'kvmplay' in value && value.kvmplay === 'inventory';
}
