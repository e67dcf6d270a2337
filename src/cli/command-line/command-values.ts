import { ConfigError, UsageError } from '../../errors.ts';
import type { CommandArguments, CommandSpec, OptionSpec } from './command-line.ts';
import type { Setting, Settings } from '../settings/setting.ts';

/** The result of yargs: options by name, the command in `_`. */
export interface RawValues {
  readonly _: readonly string[];
  readonly [name: string]: unknown;
}

/**
 * Merges the command line, the settings and the defaults. The first source that has a value wins.
 *
 * @throws UsageError or ConfigError for a value that is missing, given twice, or of the wrong kind.
 */
export function toArguments(
  values: RawValues,
  spec: CommandSpec,
  settings: readonly Settings[] = [],
  hintFor: (missing: string) => readonly string[] = () => [],
): CommandArguments {
  const help = `kvmplay ${spec.name} --help`;
  const words = wordsOf(values, spec, help);
  const given = Object.entries(spec.options).map(
    ([name, option]) => [name, option, settingOf(values[name], name, option, settings)] as const,
  );
  return {
    words,
    options: Object.fromEntries(
      given.map(([name, option, setting]) => [name, valueOf(setting, name, option, { help, hintFor })]),
    ) as CommandArguments['options'],
    origins: Object.fromEntries(given.map(([name, , setting]) => [name, setting?.origin ?? 'default'])),
  };
}

function wordsOf(values: RawValues, spec: CommandSpec, help: string): readonly string[] {
  const rest = (values['--'] as readonly string[] | undefined) ?? [];
  const words = [
    ...spec.positionals.flatMap(({ name }) => (values[name] as string | string[] | undefined) ?? []),
    ...rest,
  ];
  const missing = spec.positionals.find(
    ({ required }, index) => required === true && words[index] === undefined,
  );
  if (missing !== undefined) {
    throw new UsageError(`${spec.name} should be followed by a ${missing.name}; see ${help}`);
  }
  const takesMany = spec.positionals.some(({ many }) => many === true);
  const extra = takesMany ? undefined : words[spec.positionals.length];
  if (extra !== undefined) {
    throw new UsageError(`${spec.name} takes no further word, but there is ${extra}; see ${help}`);
  }
  return words;
}

function settingOf(
  given: unknown,
  name: string,
  option: OptionSpec,
  settings: readonly Settings[],
): Setting | undefined {
  if (given !== undefined && !(option.type === 'count' && given === 0)) {
    return { value: valueGiven(given, option), subject: `--${name}`, origin: 'command line' };
  }
  if (option.settable === false) return undefined;
  return settings.map((source) => source.get(name)).find((setting) => setting !== undefined);
}

function valueGiven(given: unknown, { type }: OptionSpec): Setting['value'] {
  if (type === 'flag') return lastOf(given) === true;
  return type === 'count' ? String(given) : (given as string | readonly string[]);
}

function lastOf(given: unknown): unknown {
  return Array.isArray(given) ? given.at(-1) : given;
}

interface Hints {
  readonly help: string;
  /** Hints for a missing option. */
  readonly hintFor: (missing: string) => readonly string[];
}

function valueOf(setting: Setting | undefined, name: string, option: OptionSpec, hints: Hints): unknown {
  switch (option.type) {
    case 'flag':
      return setting?.value ?? false;
    case 'count':
      return setting === undefined ? 0 : checkNumber(setting, 0);
    case 'list':
      return listOf(setting, name, option.required === true, hints);
    case 'text':
      return setting === undefined ? option.default : checkChoice(setting, option.choices);
    case 'number':
      return setting === undefined ? option.default : checkNumber(setting, option.least);
  }
}

function listOf(
  setting: Setting | undefined,
  name: string,
  required: boolean,
  { help, hintFor }: Hints,
): readonly string[] {
  const list = (setting?.value as readonly string[] | undefined) ?? [];
  if (required && list.length === 0)
    throw new UsageError(`option --${name} is missing; see ${help}`, { details: hintFor(name) });
  return list;
}

function single(setting: Setting): string {
  const { value, subject } = setting;
  if (typeof value === 'object')
    throw wrong(setting, `${subject} is given ${value.length} times, and should be given once`);
  return String(value);
}

function checkChoice(setting: Setting, choices: readonly string[] | undefined): string {
  const value = single(setting);
  if (choices === undefined || choices.includes(value)) return value;
  throw wrong(setting, `${setting.subject} is ${value}, and should be one of ${choices.join(', ')}`);
}

function checkNumber(setting: Setting, least: number): number {
  const value = single(setting);
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number >= least) return number;
  throw wrong(setting, `${setting.subject} is ${value}, and should be a whole number of at least ${least}`);
}

function wrong({ origin, place }: Setting, message: string): Error {
  return origin === 'command line' ? new UsageError(message) : new ConfigError(message, place);
}
