import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { whyUnreadable, whyUnwritable } from '../../model/file-finding.ts';
import { findProjectCfg } from '../ansible-cfg/find-ansible-cfg.ts';
import { formatConfig, formatFates } from '../ansible-cfg/format-config.ts';
import { readAnsibleCfg } from '../ansible-cfg/read-ansible-cfg.ts';
import { takeOver } from '../ansible-cfg/take-over.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { inFolder, resolvePath } from '../paths.ts';
import { projectFiles } from '../project-files.ts';
import { configName } from '../settings/find-config-file.ts';
import { versionOfKvmplay } from '../version.ts';

/**
 * Writes the files of a new project, or nothing when one of them exists. In the folder of an ansible.cfg it writes the
 * settings and the files that are missing.
 */
export async function initProject({ words: [name = '.'] }: CommandArguments, io: CliIo): Promise<number> {
  const folder = resolvePath(name, io.cwd);
  const files = projectFiles(projectName(folder), versionOfKvmplay());
  const cfg = findProjectCfg(folder, io);
  const there = await thoseThere([...files.keys()], folder);
  const inTheWay = cfg === undefined ? there : there.filter((file) => file === configName);
  if (inTheWay.length > 0) {
    const verb = inTheWay.length === 1 ? 'is' : 'are';
    throw new UsageError(`${inTheWay.join(', ')} ${verb} in ${name} already, and nothing was written`);
  }

  const enter = folder === io.cwd ? '' : `cd ${name} && `;
  if (cfg === undefined) {
    await writeAll(files, { folder, name }, io);
    io.stdout.write(`Next: put your hosts into hosts.yml, then ${enter}kvmplay check playbooks/bond6.ts\n`);
    return exitCodes.done;
  }
  const { config, fates } = await configFrom(cfg, folder, io);
  // The project keeps its inventory.
  const missing = [...files].filter(([file]) => file !== 'hosts.yml' && !there.includes(file));
  io.stdout.write(`${fates}\n\n`);
  await writeAll(new Map([...missing, [configName, config]]), { folder, name }, io);
  io.stdout.write(`Next: ${enter}kvmplay inventory --graph, and kvmplay ping\n`);
  return exitCodes.done;
}

async function configFrom(
  cfg: string,
  folder: string,
  io: CliIo,
): Promise<{ readonly config: string; readonly fates: string }> {
  const file = inFolder(cfg, io.cwd);
  const text = await readFile(cfg, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} ${whyUnreadable(error)}`, { cause: error });
  });
  const toPath = (path: string): string =>
    isAbsolute(path) || path.startsWith('~/') || dirname(cfg) === folder
      ? path
      : inFolder(resolve(dirname(cfg), path), folder);
  const all = takeOver(readAnsibleCfg(text), toPath);
  return { config: formatConfig(inFolder(cfg, folder), all), fates: formatFates(file, all) };
}

async function writeAll(
  files: ReadonlyMap<string, string>,
  { folder, name }: { readonly folder: string; readonly name: string },
  io: CliIo,
): Promise<void> {
  try {
    for (const [file, text] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      // A file that another program makes in the meantime is not overwritten.
      await writeFile(join(folder, file), text, { flag: 'wx' });
    }
  } catch (error) {
    throw new UsageError(`the project in ${name} ${whyUnwritable(error)}`, {
      cause: error,
    });
  }
  for (const file of files.keys()) io.stdout.write(`${inFolder(join(folder, file), io.cwd)}\n`);
}

/** Turns the folder's name into one that npm accepts. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|(?<!-)-+$/g, '');
  return name === '' ? 'network' : name;
}

async function thoseThere(files: readonly string[], folder: string): Promise<readonly string[]> {
  const found = await Promise.all(files.map((file) => exists(join(folder, file))));
  return files.filter((_, index) => found[index]);
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
