import type { CommandSpec } from './command-line.ts';

/** `lab` of `lab up`. */
export function familiesOf(specs: readonly CommandSpec[]): readonly string[] {
  return [...new Set(specs.flatMap(({ name }) => (name.includes(' ') ? name.split(' ').slice(0, 1) : [])))];
}

export function membersOf(family: string, specs: readonly CommandSpec[]): readonly CommandSpec[] {
  return specs.filter(({ name }) => name.startsWith(`${family} `));
}

/** The words that may follow `about`: `up`, `down`, ... after `lab`. */
export function commandNames(about: string, specs: readonly CommandSpec[]): readonly string[] {
  const members = membersOf(about, specs);
  if (members.length > 0) return members.map(({ name }) => name.slice(about.length + 1));
  return [...new Set(specs.map(({ name }) => name.split(' ')[0] ?? name))];
}
