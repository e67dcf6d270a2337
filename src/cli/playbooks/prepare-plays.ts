import { dirname } from 'node:path';
import type { Play } from '../../engine/fleet/play.ts';
import type { HostVars } from '../../model/host.ts';
import type { Inventory } from '../../model/inventory.ts';
import { readExtraVars } from '../hosts/extra-vars.ts';
import type { CliIo } from '../io.ts';
import { loadPlaybooks, requirePlaybooks } from './load-playbook.ts';
import { type InventoryOptionValues, openInventory } from '../hosts/open-inventory.ts';
import { openTypeCache } from './type-cache.ts';
import { printTypeProblems, typeProblems } from './type-problems.ts';
import { openVault } from '../hosts/vault.ts';

export interface PlaySources extends InventoryOptionValues {
  readonly playbooks: readonly string[];
  readonly 'extra-vars': readonly string[];
  readonly 'no-type-check': boolean;
}

export interface PreparedPlays {
  readonly plays: readonly Play[];
  readonly inventory: Inventory;
  readonly extraVars: HostVars;
}

/** Loads and checks everything that a run needs. Undefined when types are wrong, which has then been reported. */
export async function preparePlays(sources: PlaySources, io: CliIo): Promise<PreparedPlays | undefined> {
  const { playbooks } = sources;
  await requirePlaybooks(playbooks, io.cwd);
  // Passwords come first: the rest may print.
  const vault = await openVault(sources, io);
  // These run in parallel, since each waits for another program or the disk.
  const types = sources['no-type-check'] ? [] : typeProblems(playbooks, io, openTypeCache(io.env));
  const loading = loadPlaybooks(playbooks, io.cwd);
  const reading = openInventory(sources, io, {
    playbookFolders: playbooks.map((file) => dirname(file)),
    vault,
  });
  const extraVars = readExtraVars(sources['extra-vars'], { cwd: io.cwd, vault });
  // Type errors are reported first, because they explain a broken playbook best.
  for (const work of [loading, reading, extraVars]) work.catch(() => undefined);
  const problems = await types;
  if (problems.length > 0) {
    printTypeProblems(problems, io);
    const count = problems.length === 1 ? '1 error' : `${problems.length} errors`;
    io.stderr.write(`kvmplay: ${count}; no host was touched\n`);
    return undefined;
  }
  return { plays: await loading, inventory: await reading, extraVars: await extraVars };
}
