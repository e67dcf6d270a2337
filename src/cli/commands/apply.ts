import { dirname, join } from 'node:path';
import { play } from '../../engine/fleet/play.ts';
import { redoChanges } from '../../changes/recorded.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { headerOf } from '../journal/header.ts';
import { journalReporter } from '../journal/journal.ts';
import { type PlannedPlay, readPlanFile } from '../journal/plan-file.ts';
import { resolvePath } from '../paths.ts';
import { runChanges } from '../playbooks/run-changes.ts';
import type { applySpec } from './journal-specs.ts';
import { openInventory } from '../hosts/open-inventory.ts';

export async function applyPlan(
  { words: [file = ''], options }: CommandArguments<typeof applySpec.options>,
  io: CliIo,
): Promise<number> {
  const path = resolvePath(file, io.cwd);
  const { plays, secrets = [], playbookFolders = [] } = await readPlanFile(path, file);
  for (const secret of secrets) io.secrets.add(secret);
  const hosts = [...new Set(plays.flatMap((planned) => planned.hosts.map(({ host }) => host)))];
  if (hosts.length === 0) {
    io.stdout.write(`Nothing to do: ${file} changes no host.\n`);
    return exitCodes.done;
  }
  const { inventory, limit } = options;
  const header = headerOf(
    { command: 'apply', playbooks: [file], inventory, limit, extraVars: {}, options },
    io,
  );
  const summary = await runChanges(
    {
      plays: plays.map((planned) => toPlay(planned, file)),
      // group_vars/ and host_vars/ beside the playbook can hold connection variables.
      inventory: await openInventory(options, io, {
        playbookFolders: playbookFolders.map((folder) => join(dirname(path), folder)),
      }),
      hosts,
      options,
      run: options.check ? undefined : header.id,
      reporters: options.check ? [] : [journalReporter(header, io)],
      origin: file,
    },
    io,
  );
  return exitCodeOf(summary, false);
}

function toPlay({ name, probes, rollout, hosts }: PlannedPlay, file: string): ReturnType<typeof play> {
  const changesOf = new Map(hosts.map(({ host, changes }) => [host, changes]));
  return play<unknown>({
    name,
    // A list with a comma keeps colons in host names.
    hosts: hosts.map(({ host }) => host).join(','),
    probes,
    rollout,
    run: async (host) => {
      const redo = redoChanges(changesOf.get(host.name) ?? [], { name: 'apply', origin: file });
      await host.perform(redo, undefined);
    },
  });
}
