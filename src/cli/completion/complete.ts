import type { CommandSpec, Meaning, OptionSpec } from '../command-line/command-line.ts';
import { commandNames, membersOf } from '../command-line/command-names.ts';
import type { CliIo } from '../io.ts';
import { type Candidate, type Completion, nothing, wordsOf } from './completion.ts';
import { namesFor } from './names.ts';
import { findOption, readWordsSoFar, takesValue, type WordsSoFar } from './words-so-far.ts';

/**
 * Completes the last of `words`, the one under the cursor, which may be empty. Offers nothing when nothing is known, and
 * prints no error: the shell would show it in the middle of a line.
 */
export async function complete(
  words: readonly string[],
  specs: readonly CommandSpec[],
  io: CliIo,
): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const soFar = readWordsSoFar(words.slice(0, -1), specs);
  const found = await completionOf(current, soFar, specs, io);
  if (found.kind !== 'words') return found;
  return wordsOf(found.candidates.filter(({ word }) => word.startsWith(current)));
}

async function completionOf(
  current: string,
  soFar: WordsSoFar,
  specs: readonly CommandSpec[],
  io: CliIo,
): Promise<Completion> {
  const { spec, pending, isPlain } = soFar;
  if (pending !== undefined) return await valuesOf(pending, '', current, soFar, io);
  if (!isPlain && current.startsWith('-')) return await optionsOf(current, soFar, io);
  if (spec === undefined) return wordsOf(commandsAfter(soFar.about, specs));
  const positional =
    spec.positionals[soFar.words.length] ?? spec.positionals.find(({ many }) => many === true);
  if (positional === undefined) return isPlain ? nothing : wordsOf(optionNames(soFar));
  if (positional.choices !== undefined) return wordsOf(positional.choices.map((word) => ({ word })));
  return await meant(positional.means, '', current, soFar, io);
}

function commandsAfter(about: string, specs: readonly CommandSpec[]): readonly Candidate[] {
  if (about !== '' && membersOf(about, specs).length === 0) return [];
  return commandNames(about, specs).map((word) => {
    const name = `${about} ${word}`.trim();
    const members = membersOf(name, specs);
    const summary = specs.find((spec) => spec.name === name)?.summary;
    return {
      word,
      describe: summary ?? members.map((member) => member.name.slice(name.length + 1)).join(', '),
    };
  });
}

async function optionsOf(current: string, soFar: WordsSoFar, io: CliIo): Promise<Completion> {
  const [, name, value] = /^--([^=]+)=([^]*)$/.exec(current) ?? [];
  if (name === undefined || value === undefined) return wordsOf(optionNames(soFar));
  const option = findOption(name, soFar.spec);
  return option === undefined ? nothing : await valuesOf(option.name, `--${name}=`, value, soFar, io);
}

function optionNames({ spec, given }: WordsSoFar): readonly Candidate[] {
  const options = Object.entries(spec?.options ?? {})
    .filter(([name, { type }]) => !given.has(name) || type === 'list' || type === 'count')
    .map(([name, { describe }]) => ({ word: `--${name}`, describe }));
  const help = { word: '--help', describe: 'how to call it' };
  return spec === undefined
    ? [help, { word: '--version', describe: 'the version of kvmplay' }]
    : [...options, help];
}

/** Completes the value of an option. `after` is the part of the word before its value. */
async function valuesOf(
  name: string,
  after: string,
  value: string,
  soFar: WordsSoFar,
  io: CliIo,
): Promise<Completion> {
  const option: OptionSpec | undefined = soFar.spec?.options[name];
  if (option === undefined) return nothing;
  if (!takesValue(option)) return wordsOf(['true', 'false'].map((word) => ({ word: after + word })));
  if (!('value' in option) || option.type === 'number') return nothing;
  if (option.type === 'text' && option.choices !== undefined)
    return wordsOf(option.choices.map((word) => ({ word: after + word })));
  if (option.type === 'list' && option.beginnings !== undefined)
    return wordsOf(option.beginnings.map((word) => ({ word: after + word })));
  return await meant(option.means, after, value, soFar, io);
}

async function meant(
  means: Meaning | undefined,
  after: string,
  value: string,
  soFar: WordsSoFar,
  io: CliIo,
): Promise<Completion> {
  switch (means) {
    case undefined:
      return nothing;
    case 'file':
    case 'ssh-config':
    case 'inventory':
      return { kind: 'files', after };
    case 'playbook':
      return { kind: 'playbooks', after };
    case 'folder':
      return { kind: 'folders', after };
    case 'vars':
      return value.startsWith('@') ? { kind: 'files', after: `${after}@` } : nothing;
    case 'vault':
      return { kind: 'files', after: after + (/^[^@]*@/.exec(value)?.[0] ?? '') };
    case 'pattern':
    case 'host':
    case 'task':
    case 'run': {
      // In a list of names the cursor is in the last one.
      const [before = ''] = means === 'pattern' ? (/^(?:.*[:,])?[&!]?/.exec(value) ?? []) : [];
      const names = await namesFor(means, soFar.given.get('inventory'), io);
      return wordsOf(names.map(({ word, describe }) => ({ word: after + before + word, describe })));
    }
  }
}
