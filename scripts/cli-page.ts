import type { CommandSpec } from '../src/cli/command-line/command-line.ts';
import { exitCodes } from '../src/cli/exit-code.ts';
import { formatRows } from './markdown.ts';
import { optionMeaning, optionUsage, positionalUsage, usageOf } from '../src/cli/command-line/help.ts';

/** The manual page of the command line in Markdown. */
export function formatCliPage(specs: readonly CommandSpec[]): string {
  return [
    '<!-- Generated from src/cli: change that and run `npm run docs`. -->',
    '# The command line',
    '`kvmplay COMMAND --help` prints the same on a terminal.',
    ...specs.flatMap(formatCommand),
    '## Exit codes',
    formatRows([
      ['code', 'means'],
      [String(exitCodes.done), 'done: all hosts are ok or changed, or answered'],
      [
        String(exitCodes.couldNotStart),
        'it could not start (usage, settings, inventory, playbook), was cancelled, or met an internal error',
      ],
      [String(exitCodes.hostFailed), 'a host failed; its changes were rolled back, as its report says'],
      [String(exitCodes.wouldChange), '`--check --detailed-exitcode` found changes'],
      [String(exitCodes.unreachable), 'hosts were unreachable and none failed otherwise'],
    ]),
  ].join('\n\n');
}

function formatCommand(spec: CommandSpec): readonly string[] {
  const { name, summary, positionals, options, examples, notes = [] } = spec;
  const words = positionals.map((word) => [`\`${positionalUsage(word)}\``, word.describe]);
  const switches = Object.entries(options).map(([option, details]) => [
    `\`${optionUsage(option, details).trim()}\``,
    optionMeaning(details),
  ]);
  return [
    `## kvmplay ${name}`,
    `${summary}.`,
    `\`\`\`sh\nkvmplay ${usageOf(spec)}\n\`\`\``,
    ...(words.length === 0 ? [] : [formatRows([['argument', 'meaning'], ...words])]),
    ...(switches.length === 0 ? [] : [formatRows([['option', 'meaning'], ...switches])]),
    `\`\`\`sh\n${examples.map(({ command, describe }) => `# ${describe}\n${command}`).join('\n')}\n\`\`\``,
    ...notes,
  ];
}
