import type { CommandArguments, OptionSpec } from '../command-line/command-line.ts';
import { toArguments } from '../command-line/command-values.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { settableOptions } from '../command-line/option-names.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/setting.ts';
import { formatTable } from '../views/table.ts';
import { commands } from './index.ts';
import type { configSpec } from './specs.ts';

export async function printConfig(
  { options: { json } }: CommandArguments<typeof configSpec.options>,
  io: CliIo,
): Promise<number> {
  const specs = commands.map(({ spec }) => spec);
  const settings = await readSettings(specs, io);
  // Treats all options as those of one command that requires none.
  const table = Object.fromEntries(
    [...settableOptions(specs)].map(([name, option]) => [name, optional(option)]),
  );
  const all = { name: 'config', summary: '', positionals: [], options: table, examples: [] };
  const { options } = toArguments({ _: [] }, all, settings);
  const rows = Object.keys(table).map((name) => ({
    option: name,
    value: shownValue(name, options[name]),
    from: sourceOf(name, settings),
  }));
  if (json) {
    const byName = Object.fromEntries(rows.map(({ option, value, from }) => [option, { value, from }]));
    io.stdout.write(`${JSON.stringify(byName, undefined, 2)}\n`);
  } else {
    const cells = rows.map(({ option, value, from }) => [option, cellOf(value), from]);
    io.stdout.write(`${formatTable(['OPTION', 'VALUE', 'FROM'], cells)}\n`);
  }
  return exitCodes.done;
}

function optional(option: OptionSpec): OptionSpec {
  return option.type === 'list' ? { ...option, required: false } : option;
}

/** Extra variables may hold secrets, so only names of files are shown. */
function shownValue(name: string, value: unknown): unknown {
  if (name !== 'extra-vars') return value;
  return (value as readonly string[]).map((source) => (source.startsWith('@') ? source : '(not shown)'));
}

function cellOf(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sourceOf(name: string, settings: readonly Settings[]): string {
  const setting = settings.map((source) => source.get(name)).find((found) => found !== undefined);
  if (setting?.place === undefined) return setting?.subject ?? 'default';
  const { file, line } = setting.place;
  return line === undefined ? file : `${file}:${line}`;
}
