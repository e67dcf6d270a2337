import { UsageError } from '../errors.ts';
import type { CommandArguments, CommandSpec, OptionSpec } from './command-line.ts';

/** What yargs made of the words: options by name, `_` the command. */
export interface RawValues {
  readonly _: readonly string[];
  readonly [name: string]: unknown;
}

/** @throws UsageError for what is missing, given twice, or of the wrong kind. */
export function toArguments(values: RawValues, spec: CommandSpec): CommandArguments {
  const help = `kvmplay ${spec.name} --help`;
  return { words: wordsOf(values, spec, help), options: optionsOf(values, spec, help) };
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

function optionsOf(values: RawValues, spec: CommandSpec, help: string): CommandArguments['options'] {
  const entries = Object.entries(spec.options).map(([name, option]) => [
    name,
    valueOf(values[name], name, option, help),
  ]);
  return Object.fromEntries(entries) as CommandArguments['options'];
}

function valueOf(given: unknown, name: string, option: OptionSpec, help: string): unknown {
  switch (option.type) {
    case 'flag':
      return lastOf(given) === true;
    case 'count':
      return Number(given ?? 0);
    case 'list':
      return listOf(given, name, option.required === true, help);
    case 'text':
      return given === undefined ? option.default : checkChoice(single(given, name), name, option.choices);
    case 'number':
      return given === undefined ? option.default : checkNumber(single(given, name), name, option.least);
  }
}

function lastOf(given: unknown): unknown {
  return Array.isArray(given) ? given.at(-1) : given;
}

function listOf(given: unknown, name: string, required: boolean, help: string): readonly string[] {
  const list = (given as readonly string[] | undefined) ?? [];
  if (required && list.length === 0) throw new UsageError(`option --${name} is missing; see ${help}`);
  return list;
}

function single(given: unknown, name: string): string {
  if (Array.isArray(given))
    throw new UsageError(`--${name} is given ${given.length} times, and should be given once`);
  return String(given);
}

function checkChoice(value: string, name: string, choices: readonly string[] | undefined): string {
  if (choices === undefined || choices.includes(value)) return value;
  throw new UsageError(`--${name} is ${value}, and should be one of ${choices.join(', ')}`);
}

function checkNumber(value: string, name: string, least: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number >= least) return number;
  throw new UsageError(`--${name} is ${value}, and should be a whole number of at least ${least}`);
}
