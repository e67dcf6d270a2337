import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Sees to it that a program is there: installs its package where that is possible. */
export function needProgram(program: string, packageName: string): Promise<void> {
  return needPrograms({ [program]: packageName });
}

/** The same for several programs, by the names of their packages: what is missing is installed in one go. */
export async function needPrograms(packageNames: Readonly<Record<string, string>>): Promise<void> {
  const missing: string[] = [];
  for (const program of Object.keys(packageNames)) if (!(await exists(program))) missing.push(program);
  if (missing.length === 0) return;
  const packages = missing.map((program) => packageNames[program] ?? '');
  if (!(await exists('/usr/bin/apt-get'))) {
    throw new Error(
      `${missing.join(', ')} is missing, and there is no apt-get to install ${packages.join(', ')} with`,
    );
  }
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', 'install', '--no-install-recommends'];
  const environment = { ...globalThis.process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', [...options, ...packages], { env: environment });
  } catch {
    // A fresh machine has no package lists yet.
    await run('apt-get', ['-q', 'update'], { env: environment });
    await run('apt-get', [...options, ...packages], { env: environment });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
