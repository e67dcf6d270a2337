import { UsageError } from '../../errors.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { CommandSpec } from './command-line.ts';
import { foreignCommands, insteadOf } from './foreign-options.ts';
import { longNames, otherNames } from './option-names.ts';
import { calledCommand, commandNames, familiesOf, possibleCommands } from './command-names.ts';

/** Turns a complaint of yargs into one sentence that names what is wrong and what should be there. */
export function explainMistake(
  message: string,
  argv: readonly string[],
  specs: readonly CommandSpec[],
): UsageError {
  const spec = calledCommand(argv, specs);
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
    const first = about === '' ? commandMissing(unknown, specs) : undefined;
    if (first !== undefined) return first;
    return new UsageError(
      `${there(about, dashed(unknown))}${hintFor(unknown, spec, specs) ?? `; see ${help}`}`,
    );
  }
  if (spec !== undefined)
    return new UsageError(`${spec.name} takes no further word, but there is ${unknown}; see ${help}`);
  if (/\.(ts|mts|js|mjs|ya?ml)$/.test(unknown))
    return new UsageError(`there is no command ${unknown}: a playbook is run by kvmplay run ${unknown}`);
  const instead = about === '' ? foreignCommands[unknown] : undefined;
  if (instead !== undefined) return new UsageError(`there is no command ${unknown}: ${instead}`);
  const hint = nearestName(unknown, commandNames(about, specs));
  const should = hint === undefined ? possibleCommands(about, specs) : `is it ${hint}?`;
  return new UsageError(`there is no command ${[about, unknown].join(' ').trim()}; ${should}`);
}

/** Ansible has one program per command, so its users write options first. */
function commandMissing(option: string, specs: readonly CommandSpec[]): UsageError | undefined {
  const having = specs.find(({ options }) =>
    Object.entries(options).some(([name, spec]) => name === option || otherNames(spec).includes(option)),
  );
  if (having === undefined) return undefined;
  return new UsageError(
    `a command is missing, as in kvmplay ${having.name} ${dashed(option)}; see kvmplay --help`,
  );
}

/** Suggests the word that was meant, or what to do instead. */
function hintFor(
  option: string,
  spec: CommandSpec | undefined,
  specs: readonly CommandSpec[],
): string | undefined {
  const instead = insteadOf(option, spec?.name ?? '');
  if (instead !== undefined) return `: ${instead}`;
  const nearest = nearestName(option, longNames(spec?.options ?? {}));
  if (nearest !== undefined) return `; is it --${nearest}?`;
  const others = specs.filter(({ options }) => longNames(options).includes(option)).map(({ name }) => name);
  if (others.length === 0) return undefined;
  return `, but ${others.join(', ')} ${others.length === 1 ? 'has' : 'have'}`;
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

/**
 * Refuses values of flags. yargs reads every value but `true` as false, and `--check=yes` would change hosts.
 *
 * @throws UsageError for such a value.
 *
 */
export function checkFlagValues(argv: readonly string[], { options }: CommandSpec): void {
  const flags = new Set(
    Object.entries(options).flatMap(([name, option]) =>
      option.type === 'flag' ? [name, ...otherNames(option)] : [],
    ),
  );
  const end = argv.indexOf('--');
  for (const word of end === -1 ? argv : argv.slice(0, end)) {
    const [, long, letters, value = ''] = /^(?:--([^=]+)|-([^-=][^=]*))=([^]*)$/.exec(word) ?? [];
    // After a letter that takes a value, the rest of the word is that value.
    const isFlag =
      long === undefined ? Array.from(letters ?? '').every((letter) => flags.has(letter)) : flags.has(long);
    const name = long ?? letters?.at(-1);
    if (name !== undefined && isFlag && value !== 'true' && value !== 'false')
      throw new UsageError(`${dashed(name)} is ${JSON.stringify(value)}, and should be true or false`);
  }
}
