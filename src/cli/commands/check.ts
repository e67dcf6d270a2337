import { dirname } from 'node:path';
import type { Play } from '../../engine/fleet/play.ts';
import type { Inventory } from '../../model/inventory.ts';
import { evaluateInventory } from '../../inventory/evaluate-inventory.ts';
import { checkPlays } from '../../run.ts';
import { createTransports } from '../../transports/index.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import { readExtraVars } from '../hosts/extra-vars.ts';
import type { CliIo } from '../io.ts';
import { loadPlaybooks, requirePlaybooks } from '../playbooks/load-playbook.ts';
import { openInventory } from '../hosts/open-inventory.ts';
import { inFolder } from '../paths.ts';
import { printError } from '../output/print-error.ts';
import { findConfigFile } from '../settings/find-config-file.ts';
import { printTypeProblems, typeProblems } from '../playbooks/type-problems.ts';
import { openVault } from '../hosts/vault.ts';
import type { checkSpec } from './project-specs.ts';

type CheckArguments = CommandArguments<typeof checkSpec.options>;

/** Reports every fault that can be found without a host. */
export async function checkProject(
  { words: playbooks, options }: CheckArguments,
  io: CliIo,
): Promise<number> {
  await requirePlaybooks(playbooks, io.cwd);
  const vault = await openVault(options, io);
  const faults = new Faults(io);
  faults.addTypes(await typeProblems(typedFiles(playbooks, options.inventory, io), io));

  const plays: Play[] = [];
  for (const playbook of playbooks) {
    plays.push(...((await faults.of(() => loadPlaybooks([playbook], io.cwd))) ?? []));
  }
  const extraVars = await faults.of(() => readExtraVars(options['extra-vars'], { cwd: io.cwd, vault }));
  const playbookFolders = playbooks.map((file) => dirname(file));
  const inventory = await faults.of(() => openInventory(options, io, { playbookFolders, vault }));
  if (inventory !== undefined) {
    await checkConnections(evaluateInventory(inventory, extraVars), faults);
    for (const play of plays) {
      await faults.of(() => checkPlays({ plays: [play], inventory, extraVars }));
    }
  }
  return faults.tell(countOf(playbooks, plays, inventory));
}

/** Selects the files that the compiler can read. */
function typedFiles(
  playbooks: readonly string[],
  inventory: readonly string[],
  io: CliIo,
): readonly string[] {
  const config = findConfigFile(io);
  return [
    ...playbooks,
    ...inventory.filter((source) => source.endsWith('.ts')),
    ...(config === undefined ? [] : [inFolder(config, io.cwd)]),
  ];
}

/** Checks the connection variables of every host. Hosts with the same fault share one report. */
async function checkConnections({ hosts }: Inventory, faults: Faults): Promise<void> {
  const transports = createTransports();
  const alike = new Map<string, { readonly error: unknown; readonly others: string[] }>();
  for (const host of hosts) {
    try {
      transports(host);
    } catch (error) {
      const sentence = messageOf(error).replaceAll(host.name, '');
      const known = alike.get(sentence);
      if (known === undefined) alike.set(sentence, { error, others: [] });
      else known.others.push(host.name);
    }
  }
  for (const { error, others } of alike.values()) faults.add(error, others);
  await transports.close();
}

function countOf(
  playbooks: readonly string[],
  plays: readonly Play[],
  inventory: Inventory | undefined,
): string {
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return [
    count(playbooks.length, 'playbook'),
    count(plays.length, 'play'),
    count(inventory?.hosts.length ?? 0, 'host'),
  ].join(', ');
}

/** Prints each fault at once, and counts them. */
class Faults {
  readonly #io: CliIo;
  #count = 0;

  constructor(io: CliIo) {
    this.#io = io;
  }

  addTypes(problems: Parameters<typeof printTypeProblems>[0]): void {
    this.#count += problems.length;
    printTypeProblems(problems, this.#io);
  }

  /** `others` are further hosts with the same fault. */
  add(error: unknown, others: readonly string[] = []): void {
    this.#count += 1;
    printError(error, this.#io);
    if (others.length > 0) this.#io.stderr.write(`  the same of ${others.join(', ')}\n`);
  }

  /** Returns the result of `work`. When it throws, reports the fault and returns undefined. */
  async of<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.add(error);
      return undefined;
    }
  }

  tell(checked: string): number {
    if (this.#count === 0) {
      this.#io.stdout.write(`All is well: ${checked}; no host was touched.\n`);
      return exitCodes.done;
    }
    const faults = this.#count === 1 ? '1 fault' : `${this.#count} faults`;
    this.#io.stderr.write(`kvmplay: ${faults}; no host was touched\n`);
    return exitCodes.couldNotStart;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
