import type { CommandArguments, CommandSpec } from './command-line/command-line.ts';
import { toArguments, type RawValues } from './command-line/command-values.ts';
import { commands } from './commands/index.ts';
import { inventoryHints } from './ansible-cfg/inventory-hints.ts';
import { unreadNote } from './ansible-cfg/unread-note.ts';
import { exitCodes } from './exit-code.ts';
import { formatHelp } from './command-line/help.ts';
import { guardIo, type ProcessIo } from './output/guarded-io.ts';
import type { CliIo } from './io.ts';
import { parseCommandLine } from './command-line/parse-command-line.ts';
import { printError } from './output/print-error.ts';
import { readSettings } from './settings/read-settings.ts';

/** Runs the command that the words after `kvmplay` name, and returns the exit code. Never throws. */
export async function runCli(argv: readonly string[], process: ProcessIo): Promise<number> {
  const io = guardIo(process);
  const specs = commands.map(({ spec }) => spec);
  try {
    const parsed = parseCommandLine(argv, specs);
    if (parsed.kind === 'help') {
      io.stdout.write(formatHelp(parsed.about, { specs, columns: io.stdout.columns }));
      return exitCodes.done;
    }
    const chosen = commands.find(({ spec }) => spec === parsed.spec);
    if (chosen === undefined) throw new Error(`command ${parsed.spec.name} has no code`);
    const code = await chosen.run(await argumentsOf(parsed, specs, io), io);
    io.stderr.write(unreadNote({ code }, io));
    return code;
  } catch (error) {
    printError(error, io);
    io.stderr.write(unreadNote({ error }, io));
    return exitCodes.couldNotStart;
  }
}

async function argumentsOf(
  { spec, values }: { readonly spec: CommandSpec; readonly values: RawValues },
  specs: readonly CommandSpec[],
  io: CliIo,
): Promise<CommandArguments> {
  const isSettable = Object.values(spec.options).some(({ settable }) => settable !== false);
  const settings = isSettable ? await readSettings(specs, io) : [];
  return toArguments(values, spec, settings, (missing) =>
    missing === 'inventory' ? inventoryHints(io) : [],
  );
}
