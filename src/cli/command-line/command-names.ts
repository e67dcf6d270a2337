import type { CommandSpec } from './command-line.ts';

/** Names of command families: `lab` of `lab up`. */
export function familiesOf(specs: readonly CommandSpec[]): readonly string[] {
  return [...new Set(specs.flatMap(({ name }) => (name.includes(' ') ? name.split(' ').slice(0, 1) : [])))];
}

export function membersOf(family: string, specs: readonly CommandSpec[]): readonly CommandSpec[] {
  return specs.filter(({ name }) => name.startsWith(`${family} `));
}

/** Words that can follow `about`: `up`, `down`, ... after `lab`. */
export function commandNames(about: string, specs: readonly CommandSpec[]): readonly string[] {
  const members = membersOf(about, specs);
  if (members.length > 0) return members.map(({ name }) => name.slice(about.length + 1));
  return [...new Set(specs.map(({ name }) => name.split(' ')[0] ?? name))];
}

/** Lists the commands below `about`, unless they are too many for a sentence. */
export function possibleCommands(about: string, specs: readonly CommandSpec[]): string {
  if (membersOf(about, specs).length === 0) return 'see kvmplay --help';
  return `it should be one of ${commandNames(about, specs).join(', ')}`;
}

/** Guesses the command of a command line: a word before it may be an option's value. */
export function calledCommand(
  argv: readonly string[],
  specs: readonly CommandSpec[],
): CommandSpec | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  return specs.find(({ name }) => name === words[0] || name === `${words[0] ?? ''} ${words[1] ?? ''}`);
}
