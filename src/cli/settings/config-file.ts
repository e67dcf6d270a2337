import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../errors.ts';
import type { SourcePlace } from '../../model/inventory.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { Meaning, OptionSpec } from '../command-line/command-line.ts';
import { placeInText } from '../playbooks/find-text.ts';
import { importModule } from '../playbooks/load-playbook.ts';
import { toConfigName } from '../command-line/option-names.ts';
import { inFolder } from '../paths.ts';
import { movedVaultId } from '../hosts/vault.ts';
import type { Setting, Settings } from './setting.ts';

/**
 * Reads the options of a file of settings.
 *
 * @throws ConfigError for an unknown name or a wrong kind of value. PlaybookError when the file cannot be loaded.
 */
export async function readConfigFile(
  file: string,
  options: ReadonlyMap<string, OptionSpec>,
  cwd: string,
): Promise<Settings> {
  const { default: exported } = (await importModule(file, cwd)) as { readonly default?: unknown };
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    throw new ConfigError('the default export should be settings: export default defineConfig({ ... })', {
      file: inFolder(file, cwd),
    });
  }
  const source = readFileSync(file, 'utf8');
  const byConfigName = new Map([...options.keys()].map((name) => [toConfigName(name), name]));
  const settings = new Map<string, Setting>();
  for (const [key, value] of Object.entries(exported as Readonly<Record<string, unknown>>)) {
    if (value === undefined) continue;
    const place = {
      file: inFolder(file, cwd),
      ...placeInText(source, new RegExp(`\\b${key}\\b(?=\\s*[:,}])`)),
    };
    const name = byConfigName.get(key);
    const option = options.get(name ?? '');
    if (name === undefined || option === undefined) throw unknownKey(key, [...byConfigName.keys()], place);
    settings.set(name, {
      value: valueOf(value, option, { subject: key, place, folder: dirname(file), cwd }),
      subject: key,
      origin: 'config',
      place,
    });
  }
  return settings;
}

function unknownKey(key: string, known: readonly string[], place: SourcePlace): ConfigError {
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? 'see kvmplay config' : `is it ${nearest}?`;
  return new ConfigError(`there is no option ${key}; ${hint}`, place);
}

interface ValueContext {
  readonly subject: string;
  readonly place: SourcePlace;
  /** Folder of the file of settings. */
  readonly folder: string;
  readonly cwd: string;
}

function valueOf(value: unknown, option: OptionSpec, context: ValueContext): Setting['value'] {
  const { subject, place } = context;
  const wrong = (should: string): ConfigError =>
    new ConfigError(`${subject} is ${JSON.stringify(value)}, and should be ${should}`, place);
  switch (option.type) {
    case 'flag':
      if (typeof value === 'boolean') return value;
      throw wrong('true or false');
    case 'number':
    case 'count':
      if (typeof value === 'number') return String(value);
      throw wrong('a number');
    case 'text':
      if (typeof value === 'string') return toAbsolute(value, option.means, context);
      throw wrong('text');
    case 'list': {
      const list: unknown = typeof value === 'string' ? [value] : value;
      if (Array.isArray(list) && list.every((item) => typeof item === 'string'))
        return list.map((item) => toAbsolute(item, option.means, context));
      throw wrong('text, or a list of texts');
    }
  }
}

/** Resolves a path from the folder of the file of settings, not from the working folder. */
function toAbsolute(text: string, means: Meaning | undefined, { folder, cwd }: ValueContext): string {
  const fromFolder = (path: string): string =>
    inFolder(path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(folder, path), cwd);
  switch (means) {
    case 'file':
    case 'folder':
      return fromFolder(text);
    case 'inventory':
      // A comma makes it a list of hosts.
      return text.includes(',') ? text : fromFolder(text);
    case 'vars':
      return text.startsWith('@') ? `@${fromFolder(text.slice(1))}` : text;
    case 'ssh-config':
      return text === 'none' ? text : fromFolder(text);
    case 'vault':
      return movedVaultId(text, fromFolder);
    default:
      return text;
  }
}
