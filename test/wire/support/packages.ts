import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { getuid } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the wire tests need of the machine: root, an sshd, sudo. What is missing is installed where that is possible. */
export async function prepareMachine(): Promise<void> {
  if (getuid?.() !== 0)
    throw new Error('the wire tests start sshd and make accounts for it: run them as root');
  await needProgram('/usr/sbin/sshd', 'openssh-server');
  await needProgram('/usr/bin/ssh-keygen', 'openssh-client');
  await needProgram('/usr/bin/sudo', 'sudo');
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
}

async function needProgram(program: string, packageName: string): Promise<void> {
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
