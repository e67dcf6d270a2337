import { ConfigError } from '../../errors.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { OptionSpec } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { toVariableName } from '../command-line/option-names.ts';
import type { Setting, Settings } from './setting.ts';

/** Variable with the path of the file of settings; empty: none. */
export const configVariable = 'KVMPLAY_CONFIG';

/**
 * Reads options from variables such as KVMPLAY_FORKS.
 *
 * @throws ConfigError for a variable that names no option: a misspelt `KVMPLAY_CHECK` must not be ignored.
 */
export function readEnvironment(env: CliIo['env'], options: ReadonlyMap<string, OptionSpec>): Settings {
  const byVariable = new Map([...options.keys()].map((name) => [toVariableName(name), name]));
  const settings = new Map<string, Setting>();
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith('KVMPLAY_') || variable === configVariable) continue;
    const name = byVariable.get(variable);
    const option = options.get(name ?? '');
    if (name === undefined || option === undefined) throw unknownVariable(variable, [...byVariable.keys()]);
    settings.set(name, { value: valueOf(text, option, variable), subject: variable, origin: 'environment' });
  }
  return settings;
}

function unknownVariable(variable: string, known: readonly string[]): ConfigError {
  const nearest = nearestName(variable, [...known, configVariable]);
  const hint = nearest === undefined ? 'see kvmplay config' : `is it ${nearest}?`;
  return new ConfigError(`the environment has ${variable}, and there is no such option; ${hint}`);
}

function valueOf(text: string, option: OptionSpec, variable: string): Setting['value'] {
  switch (option.type) {
    case 'flag':
      return toBoolean(text, variable);
    case 'list':
      return toList(text, option.means === 'inventory');
    case 'text':
    case 'number':
    case 'count':
      return text;
  }
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
  '': false,
};

function toBoolean(text: string, variable: string): boolean {
  const value = words[text.toLowerCase()];
  if (value !== undefined) return value;
  throw new ConfigError(`${variable} is ${JSON.stringify(text)}, and should be true or false`);
}

/** Splits at line breaks; files also at colons, as in PATH. */
function toList(text: string, areFiles: boolean): readonly string[] {
  const separator = areFiles && !text.includes('\n') ? ':' : '\n';
  return text.split(separator).filter((value) => value !== '');
}
