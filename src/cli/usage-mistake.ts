import { UsageError } from '../errors.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { CommandSpec } from './command-line.ts';
import { commandNames, familiesOf } from './command-names.ts';

/** What yargs found wrong, in one sentence of ours that names what is and what should be. */
export function explainMistake(
  message: string,
  argv: readonly string[],
  specs: readonly CommandSpec[],
): UsageError {
  const spec = specOf(argv, specs);
  const about = spec?.name ?? familiesOf(specs).find((family) => argv.includes(family)) ?? '';
  const help = about === '' ? 'kvmplay --help' : `kvmplay ${about} --help`;

  const valueless = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (valueless !== undefined)
    return new UsageError(`${dashed(valueless)} should be followed by a value; see ${help}`);

  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) return new UsageError(`${message}; see ${help}`);
  if (
    argv.some(
      (word) =>
        word === dashed(unknown) || word.startsWith(`${dashed(unknown)}=`) || isCluster(word, unknown),
    )
  ) {
    const hint = nearestName(unknown, Object.keys(spec?.options ?? {}));
    return new UsageError(
      `${there(about, dashed(unknown))}; ${hint === undefined ? `see ${help}` : `is it --${hint}?`}`,
    );
  }
  if (spec !== undefined)
    return new UsageError(`${spec.name} takes no further word, but there is ${unknown}; see ${help}`);
  const names = commandNames(about, specs);
  const hint = nearestName(unknown, names);
  const should = hint === undefined ? `it should be one of ${names.join(', ')}` : `is it ${hint}?`;
  return new UsageError(`there is no command ${[about, unknown].join(' ').trim()}; ${should}`);
}

function there(about: string, option: string): string {
  return about === '' ? `there is no option ${option}` : `${about} has no option ${option}`;
}

function isCluster(word: string, letter: string): boolean {
  return letter.length === 1 && /^-[^-]/.test(word) && word.includes(letter);
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function specOf(argv: readonly string[], specs: readonly CommandSpec[]): CommandSpec | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  return specs.find(({ name }) => name === words[0] || name === `${words[0] ?? ''} ${words[1] ?? ''}`);
}
