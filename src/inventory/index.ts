export { formatInventoryGraph, formatInventoryJson } from './format-inventory.ts';
export { loadInventory } from './load-inventory.ts';
export { selectHosts } from './select-hosts.ts';
