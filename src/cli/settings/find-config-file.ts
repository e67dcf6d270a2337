import { statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../errors.ts';
import type { CliIo } from '../io.ts';
import { inFolder, resolvePath } from '../paths.ts';
import { configVariable } from './environment.ts';

export const configName = 'kvmplay.config.ts';

/**
 * Finds the file of settings: the one that KVMPLAY_CONFIG names, or the nearest kvmplay.config.ts in the working folder and
 * those above it. Undefined when there is none, or KVMPLAY_CONFIG is empty.
 *
 * @throws ConfigError for a file that another user could have put there, since it is executed.
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
  if (file !== undefined) refuseForeign(file, cwd, env);
  return file;
}

function searchUpwards(folder: string): string | undefined {
  const file = join(folder, configName);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  const above = dirname(folder);
  return above === folder ? undefined : searchUpwards(above);
}

function refuseForeign(file: string, cwd: string, env: CliIo['env']): void {
  const name = inFolder(file, cwd);
  // A user who can write to the folder can replace the file.
  for (const [path, shown] of [
    [file, name],
    [dirname(file), `the folder of ${name}`],
  ] as const) {
    const problem = problemOf(statSync(path), env);
    if (problem === undefined) continue;
    throw new ConfigError(
      `${shown} ${problem.finding}, since it is run${problem.remedy(inFolder(path, cwd))}; ${configVariable}=${name} takes it nevertheless`,
    );
  }
}

interface Problem {
  readonly finding: string;
  readonly remedy: (path: string) => string;
}

function problemOf(stats: Stats, env: CliIo['env']): Problem | undefined {
  const { uid, gid, mode } = stats;
  if (!trustedUsers(uid, env).includes(uid)) {
    const finding = `belongs to user ${uid}, and should belong to you or to root`;
    return { finding, remedy: () => '' };
  }
  // In a sticky folder such as /tmp users cannot replace files of others.
  if (stats.isDirectory() && (mode & 0o1000) !== 0) return undefined;
  if ((mode & 0o002) !== 0) {
    const finding = 'can be written by everybody, and should not be';
    return { finding, remedy: (path) => `: chmod o-w ${path}` };
  }
  // Many systems give each user a private group with the user's number.
  if ((mode & 0o020) !== 0 && gid !== uid) {
    const finding = `can be written by group ${gid}, and should not be`;
    return { finding, remedy: (path) => `: chmod g-w ${path}` };
  }
  return undefined;
}

/** Root, the user, and the user who called sudo. */
function trustedUsers(owner: number, env: CliIo['env']): readonly number[] {
  const user = process.getuid?.() ?? owner;
  return user === 0 ? [0, Number(env['SUDO_UID'] ?? 0)] : [0, user];
}
