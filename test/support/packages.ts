import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Sees to it that a program is there: installs its package where that is possible. */
export async function needProgram(program: string, packageName: string): Promise<void> {
  if (await exists(program)) return;
  if (!(await exists('/usr/bin/apt-get'))) {
    throw new Error(`${program} is missing, and there is no apt-get to install ${packageName} with`);
  }
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', 'install', '--no-install-recommends'];
  const environment = { ...globalThis.process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', [...options, packageName], { env: environment });
  } catch {
    // A fresh machine has no package lists yet.
    await run('apt-get', ['-q', 'update'], { env: environment });
    await run('apt-get', [...options, packageName], { env: environment });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
