import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InventoryError } from '../../src/errors.ts';
import { inventory } from '../../src/inventory/define-inventory.ts';
import { formatInventoryGraph, formatInventoryJson } from '../../src/inventory/format-inventory.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import type { Inventory } from '../../src/model/inventory.ts';

const cases = join(import.meta.dirname, '../fixtures/inventory');
const names = (await readdir(cases))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -5));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvmplay-inventory-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function load(...texts: string[]): Promise<Inventory> {
  const files = texts.map((_, index) => join(folder, `${index}.yml`));
  await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? '')));
  return loadInventory(files);
}

/** The sentence of the error, with the folder cut off. */
async function refusal(...texts: string[]): Promise<string> {
  const error = await load(...texts).catch((thrown: unknown) => thrown);
  if (!(error instanceof InventoryError)) {
    throw new Error('no InventoryError was thrown', { cause: error });
  }
  return error.message.replaceAll(`${folder}/`, '');
}

describe('loadInventory', () => {
  it.each([
    ['YAML', '"20":\n  hosts:\n    kvm2:\n    "10":\n"3":\n  hosts:\n    "10":\n    "1":\n'],
    ['JSON', '{"20": {"hosts": {"kvm2": null, "10": {}}}, "3": {"hosts": {"10": null, "1": null}}}'],
  ])('keeps groups and hosts whose names are numbers in the order of the %s', async (_, text) => {
    const { hosts, groups } = await load(text);

    expect(hosts.map(({ name }) => name)).toEqual(['kvm2', '10', '1']);
    expect([...groups.keys()]).toEqual(['all', 'ungrouped', '20', '3']);
    expect(groups.get('3')?.hosts).toEqual(['10', '1']);
  });

  it('puts hosts of a merge key before those beside it', async () => {
    const { groups } = await load(
      'a:\n  hosts: &old\n    kvm1:\nb:\n  hosts:\n    kvm3:\n    <<: *old\n    kvm2:\n',
    );

    expect(groups.get('b')?.hosts).toEqual(['kvm1', 'kvm3', 'kvm2']);
  });

  it('takes a port 0 for none, as Ansible does', async () => {
    const { hosts } = await load('kvm:\n  hosts:\n    kvm1:0:\n');

    expect(hosts.map(({ name, vars }) => ({ name, vars: { ...vars } }))).toEqual([
      { name: 'kvm1', vars: {} },
    ]);
  });

  it('reads an INI file that would be a list or a number in YAML', async () => {
    const file = join(folder, 'lonely');
    await writeFile(file, '[kvm]\n');
    const other = join(folder, 'number');
    await writeFile(other, '10\n');

    const { hosts, groups } = await loadInventory([file, other]);

    expect(hosts.map(({ name }) => name)).toEqual(['10']);
    expect(groups.has('kvm')).toBe(true);
  });

  // The .json and .graph files are what ansible-inventory 2.14 prints for the .yml file beside them.
  it.each(names)('reads %s as Ansible does', async (name) => {
    const inventory = await loadInventory([join(cases, `${name}.yml`)]);

    expect(formatInventoryJson(inventory)).toBe(await readFile(join(cases, `${name}.json`), 'utf8'));
    expect(formatInventoryGraph(inventory)).toBe(await readFile(join(cases, `${name}.graph`), 'utf8'));
  });

  it('gives each host its groups, direct and inherited, and the place of its first mention', async () => {
    const inventory = await loadInventory([join(cases, 'nesting.yml')]);

    const hosts = inventory.hosts.map(({ name, groups, place }) => [name, groups.join(' '), place.line]);
    expect(hosts).toEqual([
      ['bastion', 'ungrouped', 7],
      ['kvm1', 'kvm rack1', 12],
      ['kvm2', 'kvm', 13],
      ['kvm3', 'kvm rack1 maintenance', 20],
      ['ceph1', 'storage', 26],
    ]);
  });

  it('tells of each variable of a host and of a group which place gave it the value it has', async () => {
    const inventory = await load(
      'kvm:\n  vars:\n    mtu: 1500\n    user: root\n  hosts:\n    kvm1:22:\n      mtu: 9000\n      rack: 1\n',
      'kvm:\n  hosts:\n    kvm1:\n      rack: 2\n',
    );

    const [host] = inventory.hosts;
    const places = [...(host?.varPlaces ?? [])].map(([name, { file, line }]) => [name, basename(file), line]);
    expect(places).toEqual([
      ['mtu', '0.yml', 7],
      ['user', '0.yml', 4],
      ['ansible_port', '0.yml', 6],
      ['rack', '1.yml', 4],
    ]);
    expect(inventory.groups.get('kvm')?.varPlaces?.get('mtu')?.line).toBe(3);
  });

  it('merges several files, of which a later one wins variable by variable', async () => {
    const inventory = await load(
      'kvm: { vars: { mtu: 1500, a: 1 }, hosts: { kvm1: { b: 1 } } }',
      'kvm: { vars: { mtu: 9000 }, hosts: { kvm1: { c: 1 }, kvm2: } }',
    );

    expect(inventory.hosts.map(({ name, vars }) => [name, vars])).toEqual([
      ['kvm1', { mtu: 9000, a: 1, b: 1, c: 1 }],
      ['kvm2', { mtu: 9000, a: 1 }],
    ]);
  });

  it('takes a file that says nothing beside one that does', async () => {
    const inventory = await load('# nothing yet\n', 'kvm: { hosts: { kvm1: } }');

    expect(inventory.hosts).toHaveLength(1);
  });

  it('reads keys as they are written', async () => {
    const inventory = await load('no: { hosts: { 010: { on: 1, 1.10: 2 }, null: , 0x10: } }');

    expect([...inventory.groups.keys()]).toEqual(['all', 'ungrouped', 'no']);
    expect(inventory.hosts.map(({ name }) => name)).toEqual(['010', 'null', '0x10']);
    expect(inventory.hosts[0]?.vars).toEqual({ on: 1, '1.10': 2 });
  });

  it('keeps a MAC address of digits a string', async () => {
    const inventory = await load('kvm: { hosts: { kvm1: { mac: 52:54:00:12:34:56 } } }');

    expect(inventory.hosts[0]?.vars).toEqual({ mac: '52:54:00:12:34:56' });
  });

  it('keeps an IPv6 address whole and takes the port beside one', async () => {
    const inventory = await load('kvm: { hosts: { 2001:db8::1: , "[2001:db8::2]:2222": , kvm1:22: } }');

    expect(inventory.hosts.map(({ name, vars }) => [name, vars.ansible_port])).toEqual([
      ['2001:db8::1', undefined],
      ['2001:db8::2', 2222],
      ['kvm1', 22],
    ]);
  });

  it('lets no host alter what others inherit', async () => {
    const inventory = await load('kvm: { vars: { nics: [eno4] }, hosts: { "kvm[1:2]": } }');

    const nics = inventory.hosts[0]?.vars.nics as string[];
    expect(() => nics.push('eno5')).toThrow(TypeError);
  });

  it('does not let a variable named __proto__ reach what objects share', async () => {
    const inventory = await load('kvm: { vars: { __proto__: { polluted: 1 } }, hosts: { kvm1: } }');

    expect(inventory.hosts[0]?.vars).not.toHaveProperty('polluted');
    expect(Object.keys(inventory.hosts[0]?.vars ?? {})).toEqual(['__proto__']);
  });

  it('loads a fleet of 5,000 hosts that share a block of defaults', async () => {
    const hosts = Array.from({ length: 5000 }, (_, index) => `    kvm${index}: { <<: *d, slot: ${index} }`);

    const inventory = await load(
      `all:\n  vars: { d: &d { a: 1, b: 2, c: 3, d: 4 } }\n  hosts:\n${hosts.join('\n')}\n`,
    );

    expect(inventory.hosts).toHaveLength(5000);
    expect(inventory.hosts[4999]?.vars).toMatchObject({ a: 1, d: 4, slot: 4999 });
  });

  it('names the files of a folder without hosts that are passed over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kvmplay-ini-'));
    const file = join(folder, 'hosts.ini');
    await writeFile(file, '[kvm]\nkvm1\n');

    try {
      await expect(loadInventory([folder])).rejects.toMatchObject({
        message: `inventory ${folder} has no hosts`,
        details: [`${file} is passed over in a folder, as by Ansible: -i ${file} reads it`],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['no file', [], 'inventory  has no hosts'],
    ['an empty file', [''], 'inventory 0.yml has no hosts'],
    ['only groups', ['kvm: { children: { rack1: } }'], 'inventory 0.yml has no hosts'],
    [
      'a key that a group does not have',
      ['all:\n  children:\n    kvm:\n      hots:\n        kvm1:\n'],
      '0.yml:4: all.children.kvm.hots is not a key of a group; did you mean hosts?',
    ],
    [
      'a key that is near to none',
      ['kvm:\n  ansible_user: root\n'],
      '0.yml:2: kvm.ansible_user is not a key of a group; a group has hosts, children and vars',
    ],
    [
      'hosts as a list',
      ['all:\n  hosts:\n    - kvm1\n'],
      '0.yml:2: all.hosts is a list and should be a mapping of host names',
    ],
    [
      'variables of a host as a word',
      ['kvm:\n  hosts:\n    kvm1:\n    kvm2: root\n'],
      '0.yml:4: kvm.hosts.kvm2 is a string and should be a mapping of variables',
    ],
    [
      'variables of a group as a number',
      ['kvm:\n  vars: 3\n'],
      '0.yml:2: kvm.vars is a number and should be a mapping of variables',
    ],
    [
      'a group as true',
      ['kvm: yes\n'],
      '0.yml:1: kvm is a boolean and should be a mapping of hosts, children, vars',
    ],
    ['a list of groups', ['- kvm\n'], '0.yml:1: the file is a list and should be a mapping of groups'],
    [
      'a host twice in one mapping',
      ['kvm:\n  hosts:\n    kvm1:\n    kvm2:\n    kvm1: { mtu: 1 }\n'],
      '0.yml:5: kvm1 stands twice in one mapping: here and on line 3',
    ],
    [
      'a group inside itself',
      ['a:\n  children:\n    b:\n      children:\n        c:\nc:\n  children:\n    a:\n'],
      '0.yml:8: group a contains itself: a > b > c > a',
    ],
    [
      'all inside a group',
      ['kvm:\n  children:\n    all:\n'],
      '0.yml:3: group all contains itself: all > kvm > all',
    ],
    [
      'a host name with a space',
      ['kvm:\n  hosts:\n    kvm1 kvm2:\n'],
      '0.yml:3: "kvm1 kvm2" cannot be the name of a host: no pattern could select it',
    ],
    [
      'a group name with a colon',
      ['kvm:prod:\n'],
      '0.yml:1: "kvm:prod" cannot be the name of a group: no pattern could select it',
    ],
    [
      'a priority that is no number',
      ['kvm:\n  vars: { ansible_group_priority: high }\n'],
      '0.yml:2: ansible_group_priority of group kvm is "high" and should be an integer',
    ],
    [
      'a range that runs backwards',
      ['kvm:\n  hosts:\n    kvm[9:1]:\n'],
      '0.yml:3: kvm.hosts: kvm[9:1] is no range: its first is after its last',
    ],
    [
      'a tag that nobody knows',
      ['kvm:\n  vars:\n    x: !secret 1\n'],
      '0.yml:3: !secret is a YAML tag that kvmplay does not know',
    ],
    [
      'a value that contains itself',
      ['kvm:\n  vars:\n    x: &x\n      y: *x\n'],
      '0.yml:4: *x stands inside what it refers to',
    ],
    [
      'YAML that is none',
      ['kvm:\n  hosts: { kvm1: '],
      '0.yml:2: not valid YAML: unexpected end of the stream within a flow collection',
    ],
    ['two documents', ['a:\n---\nb:\n'], '0.yml: the file holds 2 YAML documents and should hold one'],
  ])('refuses %s', async (_, texts, sentence) => {
    expect(await refusal(...texts)).toBe(sentence);
  });

  it('names a file that does not exist', async () => {
    await expect(loadInventory(['no/such/hosts.yml'])).rejects.toThrow(
      'inventory no/such/hosts.yml does not exist',
    );
  });

  it('reads a folder: its files in the order of their names, without those that are no inventory', async () => {
    const fleet = join(folder, 'fleet');
    await mkdir(join(fleet, 'b'), { recursive: true });
    const files = {
      'a.yml': 'kvm: { hosts: { kvm1: { from: a } } }',
      'b/more': '[kvm]\nkvm2\nkvm1 from=b\n',
      'notes.md': 'not an inventory',
      'old.ini': 'neither: [',
      'hosts.yml~': 'neither: [',
      '.hidden': 'neither: [',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(fleet, name), text);

    const inventory = await loadInventory([fleet]);

    expect(inventory.hosts.map(({ name, vars }) => [name, vars])).toEqual([
      ['kvm1', { from: 'b' }],
      ['kvm2', {}],
    ]);
  });

  it('lets a host and a group share a name', async () => {
    const inventory = await load('bastion: { hosts: { bastion: } }');

    expect(inventory.hosts.map(({ name, groups }) => [name, groups])).toEqual([['bastion', ['bastion']]]);
  });

  it('reads a list of hosts instead of a file', async () => {
    const inventory = await loadInventory(['kvm1, kvm2:2222,[2001:db8::1]:22,kvm[3:4]']);

    expect(inventory.hosts.map(({ name, vars }) => [name, vars.ansible_port])).toEqual([
      ['kvm1', undefined],
      ['kvm2', 2222],
      ['2001:db8::1', 22],
      ['kvm3', undefined],
      ['kvm4', undefined],
    ]);
  });

  it('does not wait for ever for an inventory in TypeScript', async () => {
    const never = inventory(() => new Promise(() => undefined));

    await expect(loadInventory([never], { scriptSeconds: 0.05 })).rejects.toThrow(
      'inventory(): the inventory cannot be made: it gave no answer in 0.05 seconds',
    );
  });
});
