import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InventoryError } from '../../src/errors.ts';
import {
  formatInventoryGraph,
  formatInventoryJson,
  limitHosts,
  loadInventory,
  selectHosts,
} from '../../src/inventory/index.ts';
import type { InventoryHost } from '../../src/model/inventory.ts';
import { needProgram } from '../support/packages.ts';
import {
  type AnsibleService,
  type Description,
  type InventoryListing,
  type Selection,
  startAnsibleService,
} from './ansible-service.ts';
import {
  folders,
  type GeneratedInventory,
  iniInventories,
  yamlInventories,
  yamlValues,
} from './generated-inventories.ts';
import { templates, templateVariables } from './generated-templates.ts';

// Others are tried by SEED=2 RUNS=5000 npm run test:peers -- generated
const seed = Number(process.env['SEED'] ?? 1);
const numRuns = Number(process.env['RUNS'] ?? 60);

let ansible: AnsibleService;
let root: string;

beforeAll(async () => {
  await needProgram('/usr/bin/ansible-inventory', 'ansible-core');
  ansible = startAnsibleService();
  root = mkdtempSync(join(tmpdir(), 'kvmplay-generated-'));
}, 300_000);

afterAll(() => {
  ansible.end();
  rmSync(root, { recursive: true });
});

/** What is missing is an error here as soon as it is read, even where Ansible does not come to use it. */
const missing = /(?:is not defined|has none|has \d+|of none)$/;

let count = 0;

/** A folder of its own: both sides remember what they read. */
function writeFiles(files: Readonly<Record<string, string>>): string {
  const folder = join(root, String(count++));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function describeHere(folder: string, inventory: GeneratedInventory): Promise<Description> {
  try {
    const sources = inventory.sources.map((source) => (source.includes(',') ? source : join(folder, source)));
    const loaded = await loadInventory(sources, { playbookFolders: [folder] });
    return {
      list: JSON.parse(formatInventoryJson(loaded)) as InventoryListing,
      exported: JSON.parse(formatInventoryJson(loaded, { isExport: true })) as InventoryListing,
      graph: formatInventoryGraph(loaded, { withVars: true }),
      selected: await Promise.all(
        inventory.patterns.map((each) => selection(() => selectHosts(loaded, each))),
      ),
      limited: await Promise.all(inventory.limits.map((each) => selection(() => limitHosts(loaded, each)))),
    };
  } catch (error) {
    if (error instanceof InventoryError) return { error: error.message.replaceAll(`${folder}/`, '') };
    throw error;
  }
}

async function selection(
  select: () => readonly InventoryHost[] | Promise<readonly InventoryHost[]>,
): Promise<Selection> {
  try {
    return (await select()).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof InventoryError) return { error: error.message };
    throw error;
  }
}

async function expectSame(inventory: GeneratedInventory): Promise<void> {
  const folder = writeFiles(inventory.files);
  const { sources, patterns, limits } = inventory;
  const [theirs, ours] = await Promise.all([
    ansible.describe({ folder, sources, patterns, limits }),
    describeHere(folder, inventory),
  ]);

  if ('error' in ours) {
    expectFailure(ours.error, theirs);
    return;
  }
  // Whole numbers with a point lose it here.
  expect(
    'error' in theirs ? theirs : { ...theirs, graph: theirs.graph.replace(/(\d)\.0(?=[}\],])/g, '$1') },
  ).toEqual({
    ...ours,
    selected: 'error' in theirs ? [] : ours.selected.map(asAnsible(theirs.graph, theirs.selected, patterns)),
    limited: 'error' in theirs ? [] : ours.limited.map(asAnsible(theirs.graph, theirs.limited, limits)),
  });
}

/** Where Ansible reads an inventory, it must be one without hosts; otherwise the error names a place. */
function expectFailure(error: string, theirs: Description): void {
  if ('error' in theirs) expect(error).toMatch(/^[^ ]+:\d+: |^inventory .* has no hosts$/);
  else
    expect({ error, hostvars: theirs.list._meta.hostvars }).toEqual({
      error: expect.stringMatching(/ has no hosts$/),
      hostvars: {},
    });
}

/** What Ansible only warns of is an error here, and its order of the third generation changes from call to call. */
function asAnsible(
  graph: string,
  theirs: readonly Selection[],
  patterns: readonly string[],
): (ours: Selection, index: number) => Selection | undefined {
  const isDeep = graph.includes('|  |  |  |--@');
  return (ours, index) => {
    const isSlice = /\[-?\d+(?::\d*)?\]/.test(patterns[index] ?? '');
    return 'error' in ours || (isDeep && isSlice) ? theirs[index] : ours;
  };
}

describe('kvmplay inventory', () => {
  it.each([
    ['groups in YAML', yamlInventories],
    ['values in YAML', yamlValues],
    ['INI files', iniInventories],
    ['folders with group_vars and host_vars', folders],
  ])(
    'reads %s that nobody wrote as Ansible does',
    (_, inventories) => fc.assert(fc.asyncProperty(inventories, expectSame), { seed, numRuns }),
    600_000,
  );

  it('evaluates templates that nobody wrote as Ansible does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(templates, { minLength: 1, maxLength: 60 }), async (texts) => {
        const names = texts.map((_, index) => `made${index}`);
        const vars = {
          ...templateVariables,
          ...Object.fromEntries(texts.map((text, index) => [`made${index}`, text] as const)),
        };
        const file = {
          kvm: { hosts: { 'kvm1.lan': {}, 'kvm2.lan': {} }, vars },
          zed: { hosts: { 'kvm1.lan': {} } },
        };
        const folder = writeFiles({ 'hosts.json': JSON.stringify(file) });

        const theirs = await ansible.evaluate({ folder, sources: ['hosts.json'], host: 'kvm1.lan', names });

        const [host] = (await loadInventory([join(folder, 'hosts.json')])).hosts;
        const ours = names.map((name) => {
          try {
            return { value: host?.vars[name] };
          } catch (error) {
            if (error instanceof InventoryError) return { error: error.message };
            throw error;
          }
        });
        const wrong = texts.flatMap((text, index) => {
          const [here, there] = [ours[index], theirs[index]];
          const isSame = JSON.stringify(here) === JSON.stringify(there);
          const bothFail = here !== undefined && there !== undefined && 'error' in here && 'error' in there;
          const isMissing = here !== undefined && 'error' in here && missing.test(here.error);
          return isSame || bothFail || isMissing ? [] : [{ text, here, there }];
        });
        expect(wrong).toEqual([]);
      }),
      { seed, numRuns: Math.ceil(numRuns / 2) },
    );
  }, 600_000);
});
