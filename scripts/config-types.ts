import type { CommandSpec, OptionSpec } from '../src/cli/command-line/command-line.ts';
import { settableOptions, toConfigName } from '../src/cli/command-line/option-names.ts';

/** The type of what kvmplay.config.ts exports, from the options of the command line. */
export function formatConfigTypes(specs: readonly CommandSpec[]): string {
  const fields = [...settableOptions(specs)].map(
    ([name, option]) => `/** ${sentenceOf(option)} */\nreadonly ${toConfigName(name)}?: ${typeOf(option)};\n`,
  );
  return `// Generated from src/cli: change that and run \`npm run docs\`.

/** What kvmplay.config.ts may hold: the long options of the command line. Paths are relative to the file. */
export interface KvmplayConfig {
${fields.join('')}}
`;
}

function sentenceOf(option: OptionSpec): string {
  const usual = 'default' in option ? ` Default: ${String(option.default)}.` : '';
  const text = option.describe.replaceAll('*/', '*\\/');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.${usual}`;
}

function typeOf(option: OptionSpec): string {
  switch (option.type) {
    case 'flag':
      return 'boolean';
    case 'number':
    case 'count':
      return 'number';
    case 'list':
      return 'string | readonly string[]';
    case 'text':
      return option.choices?.map((choice) => `'${choice}'`).join(' | ') ?? 'string';
  }
}
