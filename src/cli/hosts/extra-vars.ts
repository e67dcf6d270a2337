import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { whyUnreadable } from '../../model/file-finding.ts';
import { isVault, type VaultKeyring } from '../../inventory/vault.ts';
import { parseYamlDocument } from '../../inventory/yaml-document.ts';
import { inFolder, resolvePath } from '../paths.ts';

type Vars = Readonly<Record<string, unknown>>;

export interface ExtraVarsOptions {
  readonly cwd: string;
  /** Opens encrypted files and values. */
  readonly vault: VaultKeyring;
}

/**
 * Reads the variables of `-e`; a later one wins. Each source is a list of pairs `name=text`, a mapping in JSON, or `@FILE`
 * with a mapping in YAML or JSON.
 *
 * @throws UsageError for any other source.
 */
export async function readExtraVars(sources: readonly string[], options: ExtraVarsOptions): Promise<Vars> {
  const all = await Promise.all(sources.map((source) => readSource(source, options)));
  const vars = Object.assign({}, ...all) as Vars;
  await options.vault.unlock(vars);
  return vars;
}

async function readSource(source: string, options: ExtraVarsOptions): Promise<Vars> {
  if (source.startsWith('@')) return readVarsFile(source.slice(1), options);
  if (source.trimStart().startsWith('{')) return parseMapping(source);
  return Object.fromEntries(wordsOf(source).map((word) => toPair(word, source)));
}

/** Splits pairs at blanks, as Ansible does. Quotes and the braces of a template protect blanks. */
function wordsOf(source: string): readonly string[] {
  const words: string[] = [];
  const word = /\s*((?:[^\s'"{]|\{\{.*?\}\}|\{|'[^']*'|"(?:[^"\\]|\\.)*")+)/suy;
  while (word.lastIndex < source.trimEnd().length) {
    const found = word.exec(source)?.[1];
    if (found === undefined)
      throw new UsageError(`--extra-vars is ${source}, in which a quote is not closed`);
    words.push(found);
  }
  return words;
}

function toPair(word: string, source: string): readonly [string, string] {
  const [, name, text = ''] = /^([A-Za-z_]\w*)=([^]*)$/.exec(word) ?? [];
  if (name !== undefined) return [name, withoutQuotes(text)];
  if (word === source) {
    throw new UsageError(`--extra-vars is ${source}, and should be name=text, a mapping in JSON, or @FILE`);
  }
  throw new UsageError(
    `--extra-vars is ${source}, in which ${word} should be name=text; a text with blanks stands in quotes of its own: name="two words"`,
  );
}

/** Removes quotes, but only those around the whole text. */
function withoutQuotes(text: string): string {
  const [, , inner] = /^(['"])([^]*)\1$/.exec(text) ?? [];
  return inner ?? text;
}

/** Parses JSON, or YAML in one line. */
function parseMapping(text: string): Vars {
  try {
    return parseYamlDocument(text, '--extra-vars').value as Vars;
  } catch (error) {
    throw new UsageError(`--extra-vars ${text} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function readVarsFile(name: string, { cwd, vault }: ExtraVarsOptions): Promise<Vars> {
  const path = resolvePath(name, cwd);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`the file ${name} of --extra-vars ${whyUnreadable(error)}`, {
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
