import { access, constants, stat } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import { isModuleNamespaceObject } from 'node:util/types';
import { isPlay, type Play } from '../../engine/fleet/play.ts';
import { PlaybookError } from '../../errors.ts';
import { whyUnreadable } from '../../model/file-finding.ts';
import { explainLoadFailure } from './load-failure.ts';
import { inFolder, resolvePath } from '../paths.ts';
import { codeFile } from '../package-paths.ts';

/**
 * Imports playbooks, TypeScript or JavaScript, from any folder, and returns their plays in order.
 *
 * @throws PlaybookError for a file that is missing, does not compile, throws while it loads or exports no play.
 *
 */
export async function loadPlaybooks(files: readonly string[], cwd: string): Promise<readonly Play[]> {
  await requirePlaybooks(files, cwd);
  const plays: Play[] = [];
  for (const file of files) plays.push(...(await loadPlaybook(file, cwd)));
  return plays;
}

/** Throws PlaybookError for a playbook that is no file. */
export async function requirePlaybooks(files: readonly string[], cwd: string): Promise<void> {
  for (const file of files) {
    const stats = await stat(resolvePath(file, cwd)).catch(() => undefined);
    if (stats === undefined) throw new PlaybookError(`playbook ${file} does not exist`);
    if (!stats.isFile()) throw new PlaybookError(`playbook ${file} is not a file; name the .ts file itself`);
    await access(resolvePath(file, cwd), constants.R_OK).catch((error: unknown) => {
      throw new PlaybookError(`playbook ${file} ${whyUnreadable(error)}`, undefined, { cause: error });
    });
    if (!/\.[cm]?[jt]sx?$/.test(file)) {
      const isYaml = /\.ya?ml$/.test(file);
      throw new PlaybookError(
        `playbook ${file} is ${isYaml ? 'YAML' : 'no module'}, and should be a TypeScript file whose name ends in .ts${isYaml ? ': see docs/from-ansible.md' : ''}`,
      );
    }
  }
}

let registered = false;

async function registerHooks(): Promise<void> {
  if (registered) return;
  registered = true;
  // This module is loaded before the hooks exist, because every import through them costs time.
  await import('../../index.ts');
  // Errors then name lines of the playbook's source.
  process.setSourceMapsEnabled(true);
  const { registerHooks: registerSync } = nodeModule as { registerHooks?: (hooks: object) => void };
  if (registerSync === undefined) {
    nodeModule.register(codeFile('cli/playbook-hooks.js'));
    return;
  }
  const { resolveSync, loadSync } = await import('../playbook-hooks.ts');
  registerSync({ resolve: resolveSync, load: loadSync });
}

async function loadPlaybook(file: string, cwd: string): Promise<readonly Play[]> {
  const path = resolvePath(file, cwd);
  const exported = await importModule(path, cwd);
  if (!('default' in exported)) {
    throw new PlaybookError('there is no default export; it should be a play: export default play({ ... })', {
      file: inFolder(path, cwd),
    });
  }
  return playsOf(exported.default, inFolder(path, cwd));
}

/** Imports a TypeScript or JavaScript file of the user. Throws PlaybookError when that fails. */
export async function importModule(path: string, cwd: string): Promise<object> {
  await registerHooks();
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (error) {
    throw explainLoadFailure(error, { playbook: path, cwd });
  }
}

function playsOf(exported: unknown, file: string): readonly Play[] {
  const plays = flatten(exported, { file, where: 'the default export' });
  if (plays.length > 0) return plays;
  throw notPlays(file, 'the default export is an empty array');
}

/** A playbook may export lists of plays that it imports from other playbooks. */
function flatten(
  exported: unknown,
  { file, where }: { readonly file: string; readonly where: string },
): readonly Play[] {
  if (isPlay(exported)) return [exported];
  if (Array.isArray(exported))
    return exported.flatMap((item, index) => flatten(item, { file, where: `item ${index + 1} of ${where}` }));
  throw notPlays(file, `${where} is ${describe(exported)}`);
}

function notPlays(file: string, finding: string): PlaybookError {
  return new PlaybookError(`${finding}; it should be a play made by play({ ... }), or an array of plays`, {
    file,
  });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isModuleNamespaceObject(value)) return 'a module, not its default export';
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
