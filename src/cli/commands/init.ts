import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { whyUnwritable } from '../../model/file-finding.ts';
import type { CommandArguments } from '../command-line.ts';
import { exitCodes } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import { inFolder, resolvePath } from '../paths.ts';
import { projectFiles } from '../project-files.ts';
import { versionOfKvmplay } from '../version.ts';

/** Writes the files of a new project; none when one of them is there already. */
export async function initProject({ words: [name = '.'] }: CommandArguments, io: CliIo): Promise<number> {
  const folder = resolvePath(name, io.cwd);
  const files = projectFiles(projectName(folder), versionOfKvmplay());
  const there: string[] = [];
  for (const file of files.keys()) if (await exists(join(folder, file))) there.push(file);
  if (there.length > 0) {
    const verb = there.length === 1 ? 'is' : 'are';
    throw new UsageError(`${there.join(', ')} ${verb} in ${name} already, and nothing was written`);
  }
  try {
    for (const [file, text] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      // Whoever makes one of them in between keeps his.
      await writeFile(join(folder, file), text, { flag: 'wx' });
    }
  } catch (error) {
    throw new UsageError(`the project in ${name} ${whyUnwritable(error)}`, {
      cause: error,
    });
  }
  for (const file of files.keys()) io.stdout.write(`${inFolder(join(folder, file), io.cwd)}\n`);
  const enter = folder === io.cwd ? '' : `cd ${name} && `;
  io.stdout.write(`Next: put your hosts into hosts.yml, then ${enter}kvmplay check playbooks/bond6.ts\n`);
  return exitCodes.done;
}

/** What npm takes for a name. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'network' : name;
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
