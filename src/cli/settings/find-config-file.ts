import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../errors.ts';
import type { CliIo } from '../io.ts';
import { inFolder, resolvePath } from '../paths.ts';
import { configVariable } from './environment.ts';

export const configName = 'kvmplay.config.ts';

/**
 * The file of settings: that which KVMPLAY_CONFIG names, or the nearest kvmplay.config.ts of the working folder and those
 * above it. Undefined when there is none, or KVMPLAY_CONFIG is empty.
 *
 * @throws ConfigError for one that another user could have put there, since it is a program that runs.
 */
export function findConfigFile({ cwd, env }: CliIo): string | undefined {
  const named = env[configVariable];
  if (named === '') return undefined;
  if (named !== undefined) {
    const file = resolvePath(named, cwd);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
    throw new ConfigError(`${configVariable} is ${named}, and should be a file`);
  }
  const file = searchUpwards(cwd);
  if (file !== undefined) refuseForeign(file, cwd);
  return file;
}

function searchUpwards(folder: string): string | undefined {
  const file = join(folder, configName);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  const above = dirname(folder);
  return above === folder ? undefined : searchUpwards(above);
}

function refuseForeign(file: string, cwd: string): void {
  const { uid, mode } = statSync(file);
  // Whoever owns the working folder decides what runs in it anyway; in /tmp that is not whoever owns the folder above.
  const trusted = [0, process.getuid?.() ?? uid, statSync(cwd).uid];
  const name = inFolder(file, cwd);
  const remedy = `${configVariable}=${name} takes it nevertheless`;
  if (!trusted.includes(uid)) {
    throw new ConfigError(
      `${name} belongs to user ${uid}, and should belong to you or to root, since it is run; ${remedy}`,
    );
  }
  if ((mode & 0o002) !== 0) {
    throw new ConfigError(
      `${name} can be written by everybody, and should not be, since it is run: chmod o-w ${name}; ${remedy}`,
    );
  }
}
