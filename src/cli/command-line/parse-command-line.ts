import createParser, { type Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import type { CommandSpec, OptionSpec } from './command-line.ts';
import { calledCommand, familiesOf, membersOf, possibleCommands } from './command-names.ts';
import type { RawValues } from './command-values.ts';
import { expandLetters, joinDashedValues } from './expand-letters.ts';
import { otherNames } from './option-names.ts';
import { checkFlagValues, explainMistake } from './usage-mistake.ts';

export type ParsedCommandLine =
  /** The user asked for help about a command, a family such as `lab`, or everything. */
  | { readonly kind: 'help'; readonly about: string }
  /** toArguments reads `values`. */
  | { readonly kind: 'command'; readonly spec: CommandSpec; readonly values: RawValues };

/**
 * Parses the words after `kvmplay`.
 *
 * @throws UsageError that says in one sentence what is wrong.
 *
 */
export function parseCommandLine(words: readonly string[], specs: readonly CommandSpec[]): ParsedCommandLine {
  const called = calledCommand(words, specs);
  const argv = called === undefined ? words : expandLetters(joinDashedValues(words, called), called);
  const { values, spec } = tokenize(argv, specs);
  if (spec !== undefined) checkFlagValues(argv, spec);
  const about = spec?.name ?? values._.join(' ');
  if (values['help'] === true) return { kind: 'help', about };
  if (spec === undefined) throw new UsageError(`a command is missing; ${possibleCommands(about, specs)}`);
  return { kind: 'command', spec, values };
}

/** yargs finds the command, separates options from words, and refuses unknown options. */
function tokenize(
  argv: readonly string[],
  specs: readonly CommandSpec[],
): { values: RawValues; spec: CommandSpec | undefined } {
  let chosen: CommandSpec | undefined;
  const parser = createParser()
    .scriptName('kvmplay')
    .exitProcess(false)
    // LANG would translate only half of the messages.
    .detectLocale(false)
    .help(false)
    .version(false)
    .option('help', { ...unseen, alias: 'h', type: 'boolean' })
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'populate--': true,
      'strip-aliased': true,
    })
    .strict()
    // If this function returned, yargs would run the command in spite of the mistake.
    .fail((message: string, error: Error | undefined) => {
      throw explainMistake(error?.message ?? message, argv, specs);
    });
  addCommands(parser, specs, (spec) => {
    chosen = spec;
  });
  const values = parser.parseSync([...argv]) as unknown as RawValues;
  return { values, spec: chosen };
}

type OnChoice = (spec: CommandSpec) => void;

function addCommands(parser: Argv, specs: readonly CommandSpec[], onChoice: OnChoice): void {
  for (const spec of specs.filter(({ name }) => !name.includes(' '))) addCommand(parser, spec, onChoice);
  for (const family of familiesOf(specs)) {
    parser.command(family, family, (inner) => {
      for (const spec of membersOf(family, specs)) addCommand(inner, spec, onChoice);
      return inner;
    });
  }
}

function addCommand(parser: Argv, spec: CommandSpec, onChoice: OnChoice): void {
  const word = spec.name.split(' ').at(-1) ?? spec.name;
  const positionals = spec.positionals.map(({ name, many }) => `[${name}${many === true ? '..' : ''}]`);
  parser.command(
    [word, ...positionals].join(' '),
    false,
    (inner) => {
      for (const { name } of spec.positionals) inner.positional(name, { type: 'string' });
      for (const [name, option] of Object.entries(spec.options)) inner.option(name, toYargs(option));
      return inner;
    },
    () => onChoice(spec),
  );
}

/** yargs composes a help text at every start. kvmplay has its own, so all options are hidden to keep that text short. */
const unseen = { hidden: true };

function toYargs(option: OptionSpec): object {
  const alias = otherNames(option);
  if (option.type === 'flag') return { ...unseen, alias, type: 'boolean' };
  if (option.type === 'count') return { ...unseen, alias, count: true };
  return { ...unseen, alias, type: 'string', requiresArg: true, array: option.type === 'list' };
}
