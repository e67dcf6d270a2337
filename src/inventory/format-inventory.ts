import { InventoryError } from '../errors.ts';
import type { HostVars } from '../model/host.ts';
import type { Inventory, InventoryGroup, InventoryHost } from '../model/inventory.ts';
import { nearestName } from '../model/nearest-name.ts';
import { mask } from '../model/secrets.ts';
import { UnsafeText, VaultText } from './marked-text.ts';
import { toPythonText } from './python-text.ts';

export interface ListingOptions {
  /** Shows the variables of groups at the groups, instead of merged ones at the hosts. Default: false. */
  readonly isExport?: boolean | undefined;
  /** Names of the hosts to show; default all. */
  readonly only?: ReadonlySet<string> | undefined;
}

export interface GraphOptions {
  /** The group to begin at; default `all`. */
  readonly group?: string | undefined;
  /** Shows variables too; default false. */
  readonly withVars?: boolean | undefined;
  /** Names of the hosts to show; default all. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** The inventory as JSON in the shape of `ansible-inventory --list`: groups, and the merged variables of every host. */
export function formatInventoryJson(inventory: Inventory, options: ListingOptions = {}): string {
  const { isExport = false, only } = options;
  const groups = [...inventory.groups.values()].map(
    (group) => [group.name, listGroup(group, inventory, options)] as const,
  );
  const hostvars = inventory.hosts
    .filter(({ name }) => only?.has(name) ?? true)
    .map((host) => [host.name, listVars(host, inventory, isExport)] as const);
  return formatJson(
    Object.fromEntries<unknown>([
      ...groups.filter(([, body]) => !isEmpty(body)),
      ['_meta', { hostvars: Object.fromEntries(hostvars.filter(([, vars]) => !isEmpty(vars))) }],
    ]),
  );
}

/** The variables of one host as JSON, as `ansible-inventory --host` prints them. */
export function formatHostJson(inventory: Inventory, name: string, options: ListingOptions = {}): string {
  const host = inventory.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw unknown('host', name, hostNames(inventory));
  return formatJson(listVars(host, inventory, options.isExport));
}

/** The inventory as a tree in the shape of `ansible-inventory --graph`. */
export function formatInventoryGraph(inventory: Inventory, options: GraphOptions = {}): string {
  const { group: start = 'all', withVars = false, only } = options;
  if (!inventory.groups.has(start)) throw unknown('group', start, [...inventory.groups.keys()]);
  const hosts = new Map(inventory.hosts.map((host) => [host.name, host]));
  const lines: string[] = [];
  visit(start, 0);
  return `${lines.join('\n')}\n`;

  function visit(name: string, depth: number): void {
    const group = inventory.groups.get(name);
    lines.push(indent(`@${name}:`, depth));
    if (group === undefined) return;
    for (const child of group.children) visit(child, depth + 1);
    for (const host of directHosts(group, only)) {
      lines.push(indent(host, depth + 1));
      const known = hosts.get(host);
      if (withVars && known !== undefined) pushVars(listVars(known, inventory), depth + 2);
    }
    if (withVars) pushVars(varsOfGroup(group, inventory), depth + 1);
  }

  function pushVars(vars: HostVars, depth: number): void {
    const entries = Object.entries(vars).sort(byKey);
    for (const [name, value] of entries)
      lines.push(indent(`{${name} = ${toPythonText(readable(value))}}`, depth));
  }
}

function indent(text: string, depth: number): string {
  return depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`;
}

/** Ansible leaves out empty members. */
function listGroup(
  group: InventoryGroup,
  inventory: Inventory,
  { isExport = false, only }: ListingOptions,
): HostVars {
  const body = {
    hosts: directHosts(group, only),
    children: group.children,
    vars: isExport ? varsOfGroup(group, inventory) : {},
  };
  return Object.fromEntries(Object.entries(body).filter(([, part]) => !isEmpty(part)));
}

/** `all` lists no hosts itself: those of no other group are in `ungrouped`. */
function directHosts({ name, hosts }: InventoryGroup, only?: ReadonlySet<string>): readonly string[] {
  if (name === 'all') return [];
  return only === undefined ? hosts : hosts.filter((host) => only.has(host));
}

function varsOfGroup({ vars, varPlaces, priority = 1 }: InventoryGroup, inventory: Inventory): HostVars {
  const listed = shown(vars, varPlaces, inventory);
  return priority === 1 ? listed : { ...listed, ansible_group_priority: priority };
}

/** The variables of a host as written in the sources. */
function listVars(host: InventoryHost, inventory: Inventory, isExport = false): HostVars {
  const { vars, rawVars = vars, ownVars = rawVars, varPlaces } = host;
  return shown(isExport ? ownVars : rawVars, varPlaces, inventory);
}

/** Names that Ansible reserves for itself and never shows. */
const internalNames = new Set([
  'ansible_diff_mode',
  'ansible_config_file',
  'ansible_facts',
  'ansible_forks',
  'ansible_inventory_sources',
  'ansible_limit',
  'ansible_playbook_python',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_verbosity',
  'ansible_version',
  'inventory_dir',
  'inventory_file',
  'inventory_hostname',
  'inventory_hostname_short',
  'groups',
  'group_names',
  'omit',
  'playbook_dir',
]);

/** The variables that Ansible lists. Unlike Ansible it hides values from encrypted files. */
function shown(vars: HostVars, places: VarPlaces, { vaultFiles = new Set(), secrets }: Inventory): HostVars {
  const listed = Object.entries(vars).filter(([name]) => !internalNames.has(name));
  const shownVars = Object.fromEntries(
    listed.map(([name, value]) => [
      name,
      vaultFiles.has(places?.get(name)?.file ?? '') ? hideAll(value) : value,
    ]),
  );
  return secrets?.maskIn(shownVars) ?? shownVars;
}

/** A tree shows the content of marked texts, except of encrypted ones. */
function readable(value: unknown): unknown {
  if (value instanceof VaultText) return mask;
  if (value instanceof UnsafeText) return value.text;
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, readable(part)]));
}

type VarPlaces = InventoryHost['varPlaces'];

function hideAll(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideAll);
  if (typeof value !== 'object' || value === null) return mask;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, hideAll(part)]));
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function formatJson(value: unknown): string {
  return `${JSON.stringify(value, sortKeys, 4)}\n`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(byKey));
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function hostNames(inventory: Inventory): readonly string[] {
  return inventory.hosts.map(({ name }) => name);
}

function unknown(what: 'host' | 'group', name: string, names: readonly string[]): InventoryError {
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '' : `; is it ${nearest}?`;
  return new InventoryError(`the inventory has no ${what} ${name}${hint}`);
}
