import { InventoryError } from '../errors.ts';
import type { Inventory, SourcePlace } from '../model/inventory.ts';
import { mergeInventory } from './merge-inventory.ts';
import type { GroupDraft, HostDraft } from './merge-inventory.ts';
import type { PlacedVars } from './placed-vars.ts';
import type { VarsFolders } from './vars-folder.ts';

/**
 * Collects what the sources say, whatever their format, and merges it as Ansible does. Readers call it in the order of
 * their text; what a later one says about a variable wins.
 */
export interface InventoryBuilder {
  addGroup(name: string, place: SourcePlace): void;
  addChild(group: string, child: string, place: SourcePlace): void;
  hasGroup(name: string): boolean;
  hasHost(name: string): boolean;
  /** Adds the host to the group; to no other than `all` when that is the group. As for Ansible, only a first mention has a port. */
  addHost(group: string, host: string, mention: HostMention): void;
  /** Adds to the variables of a group that was added before. */
  setGroupVars(group: string, vars: PlacedVars): void;
  setHostVars(host: string, vars: PlacedVars): void;
  groupNames(): Iterable<string>;
  hostNames(): Iterable<string>;
  /** Throws InventoryError when the groups make no sense together. */
  build(folders?: VarsFolders): Inventory;
}

export interface HostMention {
  readonly place: SourcePlace;
  readonly port?: number | undefined;
}

const noFolders: VarsFolders = { besideSources: [], besidePlaybooks: [] };

const priorityVariable = 'ansible_group_priority';

/** An inventory without hosts, to be filled by readers. */
export function createInventoryBuilder(): InventoryBuilder {
  const groups = new Map<string, GroupDraft>([
    ['all', { ...draftGroup('all'), children: new Map([['ungrouped', undefined]]) }],
    ['ungrouped', draftGroup('ungrouped')],
  ]);
  const hosts = new Map<string, HostDraft>();

  return {
    addGroup: (name, place) => void groupNamed(name, place),
    addChild(group, child, place) {
      groupNamed(group, place).children.set(child, place);
      groupNamed(child, place);
    },
    hasGroup: (name) => groups.has(name),
    hasHost: (name) => hosts.has(name),
    addHost(group, host, { place, port }) {
      refuseUnspeakable('host', host, place);
      groupNamed(group, place).hosts.add(host);
      const draft = hosts.get(host) ?? draftHost(host, { place, port });
      draft.groups.add(group);
      hosts.set(host, draft);
    },
    setGroupVars(group, vars) {
      const draft = groups.get(group);
      if (draft === undefined) return;
      for (const [name, placed] of vars) {
        if (name === priorityVariable) {
          draft.priority = parsePriority(group, placed.value, placed.place);
        } else {
          draft.vars.set(name, placed);
        }
      }
    },
    setHostVars(host, vars) {
      for (const [name, placed] of vars) {
        hosts.get(host)?.vars.set(name, placed);
      }
    },
    groupNames: () => groups.keys(),
    hostNames: () => hosts.keys(),
    build: (folders = noFolders) => mergeInventory(groups, hosts, folders),
  };

  function groupNamed(name: string, place: SourcePlace): GroupDraft {
    refuseUnspeakable('group', name, place);
    const group = groups.get(name) ?? draftGroup(name);
    groups.set(name, group);
    return group;
  }
}

function draftGroup(name: string): GroupDraft {
  return { name, hosts: new Set(), children: new Map(), vars: new Map(), priority: 1 };
}

function draftHost(name: string, { place, port }: HostMention): HostDraft {
  // Ansible, too, takes a port 0 for none.
  const vars = new Map(port === undefined || port === 0 ? [] : [['ansible_port', { value: port, place }]]);
  return { name, place, groups: new Set(), vars };
}

/** A name that no pattern can select is a typing error. */
function refuseUnspeakable(what: 'host' | 'group', name: string, place: SourcePlace): void {
  const isSpeakable = what === 'host' ? /^[^\s,*?[\]!&~@][^\s,*?[\]]*$/ : /^[^\s,:*?[\]!&~@][^\s,:*?[\]]*$/;
  if (!isSpeakable.test(name)) {
    throw new InventoryError(
      `${JSON.stringify(name)} cannot be the name of a ${what}: no pattern could select it`,
      place,
    );
  }
}

function parsePriority(group: string, value: unknown, place: SourcePlace): number {
  const priority = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof priority !== 'number' || !Number.isInteger(priority)) {
    throw new InventoryError(
      `${priorityVariable} of group ${group} is ${JSON.stringify(value)} and should be an integer`,
      place,
    );
  }
  return priority;
}
