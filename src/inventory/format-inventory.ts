import type { HostVars } from '../model/host.ts';
import type { Inventory, InventoryGroup } from '../model/inventory.ts';

/** The inventory as JSON in the shape of `ansible-inventory --list`: groups, and the merged variables of every host. */
export function formatInventoryJson(inventory: Inventory): string {
  const groups = [...inventory.groups.values()].map((group) => [group.name, listGroup(group)] as const);
  const hostvars = inventory.hosts.map(({ name, vars }) => [name, vars] as const);
  const listing = Object.fromEntries<unknown>([
    ...groups.filter(([, body]) => Object.keys(body).length > 0),
    [
      '_meta',
      { hostvars: Object.fromEntries<HostVars>(hostvars.filter(([, vars]) => Object.keys(vars).length > 0)) },
    ],
  ]);
  return `${JSON.stringify(listing, sortKeys, 4)}\n`;
}

/** The inventory as a tree in the shape of `ansible-inventory --graph`. */
export function formatInventoryGraph(inventory: Inventory): string {
  const lines: string[] = [];
  visit('all', 0);
  return `${lines.join('\n')}\n`;

  function visit(name: string, depth: number): void {
    const group = inventory.groups.get(name);
    lines.push(indent(`@${name}:`, depth));
    for (const child of group?.children ?? []) {
      visit(child, depth + 1);
    }
    for (const host of group === undefined ? [] : directHosts(group)) {
      lines.push(indent(host, depth + 1));
    }
  }
}

function indent(text: string, depth: number): string {
  return depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`;
}

/** Ansible leaves out what is empty. */
function listGroup(group: InventoryGroup): Readonly<Record<string, readonly string[]>> {
  const body = { hosts: directHosts(group), children: group.children };
  return Object.fromEntries(Object.entries(body).filter(([, names]) => names.length > 0));
}

/** `all` lists no hosts itself: those of no other group are in `ungrouped`. */
function directHosts({ name, hosts }: InventoryGroup): readonly string[] {
  return name === 'all' ? [] : hosts;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
