export {
  type GroupDefinition,
  inventory,
  type InventoryDefinition,
  type InventoryModule,
} from './define-inventory.ts';
export { formatHostJson, formatInventoryGraph, formatInventoryJson } from './format-inventory.ts';
export {
  buildInventory,
  type InventorySource,
  loadInventory,
  type LoadInventoryOptions,
} from './load-inventory.ts';
export { evaluateInventory } from './evaluate-inventory.ts';
export { limitHosts } from './limit-hosts.ts';
export { selectHosts } from './select-hosts.ts';
export { VaultKeyring, type VaultPassword } from './vault.ts';
