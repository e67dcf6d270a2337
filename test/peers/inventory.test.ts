import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  formatInventoryGraph,
  formatInventoryJson,
  limitHosts,
  selectHosts,
} from '../../src/inventory/index.ts';
import type { Inventory, InventoryHost } from '../../src/model/inventory.ts';
import { needProgram } from '../support/packages.ts';
import { ansible, ansibleHosts, ansibleLimit } from './ansible.ts';
import { ansibleOptions, type InventoryCase, inventoryCases, loadCase } from './inventory-cases.ts';

/** What Ansible says of a case, asked for all cases before the first test: each of its starts takes a good part of a second. */
interface Peer {
  readonly list: Promise<string>;
  readonly graph: Promise<string>;
  readonly exported?: Promise<string>;
  readonly graphWithVars?: Promise<string>;
  readonly selected: Promise<readonly (readonly string[])[]>;
  readonly limited: Promise<readonly (readonly string[])[]>;
}

const peers = new Map<string, Peer>();
const names = inventoryCases.map(({ name }) => name);
const cases = new Map(inventoryCases.map((each) => [each.name, each]));
const patterns = new Map(
  await Promise.all(
    inventoryCases.map(async (each) => [each.name, patternsOf(each, await loadCase(each))] as const),
  ),
);

/** Cases in which it matters where a variable was said. */
const scattered = names.filter((name) =>
  /vars|precedence|^folder|several|priority|nesting|anchors|quoting/.test(name),
);

beforeAll(async () => {
  await needProgram('/usr/bin/ansible-inventory', 'ansible-core');
  for (const each of inventoryCases) peers.set(each.name, askAnsible(each));
}, 300_000);

function askAnsible(each: InventoryCase): Peer {
  const { name, folder, limits = [] } = each;
  const options = ansibleOptions(each);
  const inventory = (...args: string[]): Promise<string> =>
    quietly(ansible('ansible-inventory', [...options, ...args], folder));
  return {
    list: inventory('--list'),
    graph: inventory('--graph'),
    ...(scattered.includes(name) && {
      exported: inventory('--list', '--export'),
      graphWithVars: inventory('--graph', '--vars'),
    }),
    selected: quietly(ansibleHosts(options, patterns.get(name) ?? [], folder)),
    limited: quietly(Promise.all(limits.map((limit) => ansibleLimit(options, limit, folder)))),
  };
}

/** The test that awaits it hears of its failure. */
function quietly<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}

/** Those of the case, and some for every group: all of it, all but it, its first and last host. */
function patternsOf({ patterns: own = [] }: InventoryCase, inventory: Inventory): readonly string[] {
  const made = [...inventory.groups.keys()].flatMap((group) => {
    const hosts = selectHosts(inventory, `&${group}`);
    const slices = [`${group}[0]`, `${group}[-1]`, `${group}[0:1]`];
    return hosts.length === 0 ? [group, ...slices] : [group, `all:!${group}`, ...slices];
  });
  return [...own, ...made];
}

async function peerOf(name: string): Promise<{ case: InventoryCase; peer: Peer; inventory: Inventory }> {
  const each = cases.get(name);
  const peer = peers.get(name);
  if (each === undefined || peer === undefined) throw new Error(`there is no case ${name}`);
  return { case: each, peer, inventory: await loadCase(each) };
}

function sorted(hosts: readonly InventoryHost[]): readonly string[] {
  return hosts.map(({ name }) => name).sort();
}

describe('kvmplay inventory', () => {
  it('is tried with many inventories and patterns', () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect([...patterns.values()].flat().length).toBeGreaterThanOrEqual(400);
  });

  it.each(names)(
    'lists %s as ansible-inventory does',
    async (name) => {
      const { peer, inventory } = await peerOf(name);

      expect(JSON.parse(formatInventoryJson(inventory))).toEqual(JSON.parse(await peer.list));
    },
    300_000,
  );

  it.each(names)(
    'shows the tree of %s as ansible-inventory does',
    async (name) => {
      const { peer, inventory } = await peerOf(name);

      expect(formatInventoryGraph(inventory)).toBe(await peer.graph);
    },
    300_000,
  );

  it.each(scattered)(
    'exports %s as ansible-inventory does',
    async (name) => {
      const { peer, inventory } = await peerOf(name);

      expect(JSON.parse(formatInventoryJson(inventory, { isExport: true }))).toEqual(
        JSON.parse((await peer.exported) ?? ''),
      );
    },
    300_000,
  );

  it.each(scattered)(
    'shows the variables in the tree of %s as ansible-inventory does',
    async (name) => {
      const { peer, inventory } = await peerOf(name);

      expect(formatInventoryGraph(inventory, { withVars: true })).toBe(await peer.graphWithVars);
    },
    300_000,
  );

  it.each(names)(
    'selects hosts of %s as ansible-playbook --list-hosts does',
    async (name) => {
      const { peer, inventory } = await peerOf(name);

      const wanted = patterns.get(name) ?? [];
      const answers = await peer.selected;
      expect(
        Object.fromEntries(wanted.map((pattern) => [pattern, sorted(selectHosts(inventory, pattern))])),
      ).toEqual(Object.fromEntries(wanted.map((pattern, index) => [pattern, answers[index]])));
    },
    300_000,
  );

  it.each(inventoryCases.filter(({ limits }) => limits !== undefined).map(({ name }) => name))(
    'limits hosts of %s as ansible --limit does',
    async (name) => {
      const { case: each, peer, inventory } = await peerOf(name);

      const limits = each.limits ?? [];
      const ours = limits.map((limit) => limitHosts(inventory, limit.replace('@', `@${each.folder}/`)));
      expect((await Promise.all(ours)).map(sorted)).toEqual(await peer.limited);
    },
    300_000,
  );
});
