import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { parseYamlDocument } from '../inventory/yaml-document.ts';
import { inFolder, resolvePath } from './paths.ts';

type Vars = Readonly<Record<string, unknown>>;

/**
 * The variables of `-e`, a later one over an earlier: `name=text`, a JSON object, or `@FILE` with a YAML or JSON mapping.
 *
 * @throws UsageError for what is none of these.
 */
export async function readExtraVars(sources: readonly string[], cwd: string): Promise<Vars> {
  const all = await Promise.all(sources.map((source) => readSource(source, cwd)));
  return Object.assign({}, ...all) as Vars;
}

async function readSource(source: string, cwd: string): Promise<Vars> {
  if (source.startsWith('@')) return readVarsFile(source.slice(1), cwd);
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

async function readVarsFile(name: string, cwd: string): Promise<Vars> {
  const path = resolvePath(name, cwd);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`the file ${name} of --extra-vars cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  });
  const { value } = parseYamlDocument(text, inFolder(path, cwd));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Vars;
  throw new UsageError(`the file ${name} of --extra-vars should hold a mapping of variables`);
}
