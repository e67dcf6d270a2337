import type { CommandSpec, Example, OptionSpec, Positional } from './command-line.ts';
import { membersOf } from './command-names.ts';
import { columnWidths } from '../../reporters/table.ts';
import { readableWidth, wrap } from '../output/text-layout.ts';

interface HelpOptions {
  readonly specs: readonly CommandSpec[];
  /** Width of the terminal. */
  readonly columns?: number | undefined;
}

/** Writes the help for one command, for a family such as `lab`, or, when `about` is empty, for all of kvmplay. */
export function formatHelp(about: string, { specs, columns }: HelpOptions): string {
  const width = readableWidth(columns);
  const spec = specs.find(({ name }) => name === about);
  const sections = spec === undefined ? overviewOf(about, specs, width) : pageOf(spec, width);
  return `${sections.join('\n\n')}\n`;
}

function overviewOf(family: string, specs: readonly CommandSpec[], width: number): readonly string[] {
  const members = membersOf(family, specs);
  if (members.length > 0) {
    return [`kvmplay ${family} COMMAND`, commandList(members, width), examplesOf(members, 1)];
  }
  return [
    'kvmplay COMMAND',
    wrap('Bridges, bonds and VLANs of KVM hosts, declared in TypeScript and made so over SSH.', width),
    commandList(specs, width),
    table('Options:', generalOptions, width),
    examplesOf(
      specs.filter(({ name }) => ['lab up', 'run', 'show'].includes(name)),
      2,
    ),
  ];
}

const generalOptions: readonly Row[] = [
  ['-h, --help', 'this text; after a command, that of the command'],
  ['    --version', 'the version of kvmplay'],
];

function commandList(specs: readonly CommandSpec[], width: number): string {
  const rows = specs.map((spec): Row => [usageOf(spec), spec.summary]);
  return table('Commands:', rows, width);
}

function pageOf(spec: CommandSpec, width: number): readonly string[] {
  const { summary, positionals, options, notes = [] } = spec;
  const words = positionals.map((positional): Row => [positionalUsage(positional), positional.describe]);
  const groups = [...new Set(Object.values(options).map(groupOf))];
  return [
    `kvmplay ${usageOf(spec)}${groups.length === 0 ? '' : ' [OPTIONS]'}`,
    wrap(`${summary}.`, width),
    ...(words.length === 0 ? [] : [table('Arguments:', words, width)]),
    ...groups.map((group) => table(group, rowsOf(spec, group), width)),
    examplesOf([spec]),
    ...notes.map((note) => wrap(note, width)),
  ];
}

/** `run PLAYBOOK...` */
export function usageOf({ name, positionals }: CommandSpec): string {
  return [name, ...positionals.map(positionalUsage)].join(' ');
}

export function positionalUsage({ name, required, many }: Positional): string {
  const word = many === true ? `${name}...` : name;
  return required === true ? word : `[${word}]`;
}

function rowsOf({ options }: CommandSpec, group: string): readonly Row[] {
  return Object.entries(options)
    .filter(([, option]) => groupOf(option) === group)
    .map(([name, option]) => [optionUsage(name, option), optionMeaning(option)]);
}

function groupOf({ group }: OptionSpec): string {
  return group ?? 'Options:';
}

/** `-i, --inventory FILE` */
export function optionUsage(name: string, option: OptionSpec): string {
  const letter = option.alias === undefined ? '    ' : `-${option.alias}, `;
  return `${letter}--${name}${'value' in option ? ` ${option.value}` : ''}`;
}

/** Describes an option: its purpose, then its choices, other names and default. */
export function optionMeaning(option: OptionSpec): string {
  const remarks: string[] = [];
  if (option.type === 'count') remarks.push('repeatable');
  if (option.type === 'list') remarks.push(option.required === true ? 'required, repeatable' : 'repeatable');
  if (option.type === 'text' && option.choices !== undefined) remarks.push(option.choices.join(' | '));
  if (option.also !== undefined) remarks.push(`also ${option.also.map((name) => `--${name}`).join(', ')}`);
  if ('default' in option) remarks.push(`default ${String(option.default)}`);
  return remarks.length === 0 ? option.describe : `${option.describe} (${remarks.join('; ')})`;
}

function examplesOf(specs: readonly CommandSpec[], most = Infinity): string {
  const examples = specs.flatMap((spec): readonly Example[] => spec.examples.slice(0, most));
  return ['Examples:', ...examples.map(({ command, describe }) => `  # ${describe}\n  ${command}`)].join(
    '\n',
  );
}

type Row = readonly [string, string];

const MOST_LEFT = 36;

/** Two columns under a title; what is too wide for the left one gets a line of its own. */
function table(title: string, rows: readonly Row[], width: number): string {
  const left = Math.min(MOST_LEFT, ...columnWidths(rows).slice(0, 1));
  const lines = rows.map(([name, meaning]) => {
    const [first = '', ...rest] = wrap(meaning, width - left - 4).split('\n');
    const indent = ' '.repeat(left + 4);
    const head = name.length > left ? `  ${name}\n${indent}${first}` : `  ${name.padEnd(left)}  ${first}`;
    return [head, ...rest.map((line) => indent + line)].join('\n');
  });
  return [title, ...lines].join('\n');
}
