import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { isVault, type VaultKeyring } from '../inventory/vault.ts';
import { parseYamlDocument } from '../inventory/yaml-document.ts';
import { inFolder, resolvePath } from './paths.ts';

type Vars = Readonly<Record<string, unknown>>;

export interface ExtraVarsOptions {
  readonly cwd: string;
  /** Opens files and values that are encrypted. */
  readonly vault: VaultKeyring;
}

/**
 * The variables of `-e`, a later one over an earlier: `name=text`, a JSON object, or `@FILE` with a YAML or JSON mapping.
 *
 * @throws UsageError for what is none of these.
 */
export async function readExtraVars(sources: readonly string[], options: ExtraVarsOptions): Promise<Vars> {
  const all = await Promise.all(sources.map((source) => readSource(source, options)));
  const vars = Object.assign({}, ...all) as Vars;
  await options.vault.unlock(vars);
  return vars;
}

async function readSource(source: string, options: ExtraVarsOptions): Promise<Vars> {
  if (source.startsWith('@')) return readVarsFile(source.slice(1), options);
  if (source.trimStart().startsWith('{')) return parseJson(source);
  const match = /^([A-Za-z_]\w*)=([^]*)$/.exec(source);
  if (match?.[1] === undefined) {
    throw new UsageError(`--extra-vars is ${source}, and should be name=text, a JSON object, or @FILE`);
  }
  return { [match[1]]: match[2] };
}

function parseJson(text: string): Vars {
  try {
    return JSON.parse(text) as Vars;
  } catch (error) {
    throw new UsageError(`--extra-vars ${text} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function readVarsFile(name: string, { cwd, vault }: ExtraVarsOptions): Promise<Vars> {
  const path = resolvePath(name, cwd);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`the file ${name} of --extra-vars cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  });
  const content = isVault(text) ? await vault.openFile(name, text) : { text };
  if ('problem' in content) throw new UsageError(`the file ${name} of --extra-vars ${content.problem}`);
  const { value } = parseYamlDocument(content.text, inFolder(path, cwd));
  if (isVault(text)) vault.secrets.addAll(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Vars;
  throw new UsageError(`the file ${name} of --extra-vars should hold a mapping of variables`);
}
