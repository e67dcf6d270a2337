import { dirname } from 'node:path';
import { play } from '../../engine/fleet/play.ts';
import { UsageError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import { inverseOf } from '../../changes/index.ts';
import { describeChange } from '../../changes/index.ts';
import { inverseChanges, redoChanges } from '../../changes/recorded.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { withRecorded } from '../journal/header.ts';
import { findRecord } from '../journal/journal.ts';
import { hostsOf, isFinished, type RunRecord } from '../journal/record.ts';
import { runChanges } from '../playbooks/run-changes.ts';
import type { undoSpec } from './journal-specs.ts';
import { versionOfKvmplay } from '../version.ts';
import { openInventory } from '../hosts/open-inventory.ts';

export async function undoRun(args: CommandArguments<typeof undoSpec.options>, io: CliIo): Promise<number> {
  const {
    words: [wanted = ''],
    origins,
  } = args;
  const record = await findRecord(wanted, io.env);
  const { header } = record;
  for (const secret of record.secrets) io.secrets.add(secret);
  const origin = `run ${header.id}`;
  refuseUnknown(record);
  const hosts = hostsOf(record);
  const lost = hosts.filter(({ outcome, changes }) => outcome === undefined && changes.length === 0);
  if (!isFinished(record) && lost.length > 0) {
    const names = lost.map(({ host }) => host).join(', ');
    io.stderr.write(
      `kvmplay: ${origin} was interrupted; what it may have changed on ${names} is not recorded\n`,
    );
  }

  const changed = new Map(
    hosts.flatMap(({ host, changes }) =>
      inverseChanges(changes).length === 0 ? [] : [[host, changes] as const],
    ),
  );
  if (changed.size === 0) {
    io.stdout.write(`Nothing to do: ${origin} changed no host.\n`);
    return exitCodes.done;
  }
  const secrets = header.leftOut.filter((name) => name.startsWith('ansible_'));
  if (secrets.length > 0) {
    throw new UsageError(`${secrets.join(', ')} of ${origin} is not recorded: put it into the inventory`);
  }
  const options = withRecorded(args, header.options);
  const undo = play({
    name: `undo ${header.id}`,
    hosts: 'all',
    run: async (host) => {
      const changes = changed.get(host.name) ?? [];
      const warnings = remainders(changes);
      await host.perform(redoChanges(inverseChanges(changes), { name: 'undo', origin, warnings }), undefined);
    },
  });
  const summary = await runChanges(
    {
      plays: [undo],
      inventory: await openInventory(
        origins.inventory === 'command line' ? options : { ...options, inventory: header.inventory },
        io,
        // group_vars/ and host_vars/ beside the playbook can hold connection variables.
        { playbookFolders: header.playbooks.map((file) => dirname(file)) },
      ),
      hosts: [...changed.keys()],
      options,
      extraVars: header.extraVars,
      origin,
    },
    io,
  );
  return exitCodeOf(summary, false);
}

/** A change that is not understood makes the state of its host unknown. */
function refuseUnknown({ header, unknown: [first] }: RunRecord): void {
  if (first === undefined) return;
  throw new UsageError(
    `run ${header.id} holds a change of ${first.host} that this kvmplay ${versionOfKvmplay()} does not know: ${first.what}; kvmplay ${header.version} recorded it and can undo it`,
  );
}

function remainders(changes: readonly Change[]): readonly string[] {
  return changes
    .filter((change) => inverseOf(change) === undefined)
    .map((change) => `stays: ${describeChange(change)}`);
}
