import { accessSync, constants } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, getuid, platform } from 'node:process';
import { LabError } from '../errors.ts';
import { mustRun } from './process.ts';

/** Programs that the lab and its hosts run, by their package on Debian and Ubuntu. */
const commandsByPackage: Readonly<Record<string, readonly string[]>> = {
  'user-mode-linux': ['linux.uml'],
  iproute2: ['ip', 'tc'],
  'openssh-server': ['sshd'],
  'openssh-client': ['ssh', 'ssh-keygen'],
  'iputils-ping': ['ping'],
  e2fsprogs: ['mkfs.ext4'],
  kmod: ['modprobe', 'insmod'],
  'util-linux': ['unshare', 'nsenter', 'taskset'],
};

const noStartPolicy = '/usr/sbin/policy-rc.d';

/** Checks that the machine can run a lab. On Debian and Ubuntu it installs missing packages. */
export async function ensureRequirements(onProgress: (message: string) => void): Promise<void> {
  if (platform !== 'linux') throw new LabError(`a lab needs Linux, and this is ${platform}`);
  if (getuid?.() !== 0)
    throw new LabError('a lab needs root, for network namespaces and taps: run this as root or with sudo');

  const missing = missingPackages();
  if (missing.length > 0) {
    const names = missing.join(', ');
    if (!(await isDebianLike())) {
      throw new LabError(
        `this machine lacks programs of the Debian packages ${names}: install them, as the lab can only on Debian and Ubuntu`,
      );
    }
    onProgress(`installing ${names}`);
    await install(missing);
    const still = missingPackages();
    if (still.length > 0) throw new LabError(`still missing after apt-get install: ${still.join(', ')}`);
  }
  if (!isAccessible('/dev/net/tun', constants.R_OK | constants.W_OK)) {
    throw new LabError('/dev/net/tun cannot be opened: the lab needs it for the cables of its hosts');
  }
}

function missingPackages(): string[] {
  return Object.entries(commandsByPackage)
    .filter(([, commands]) => !commands.every(isInstalled))
    .map(([name]) => name);
}

function isInstalled(command: string): boolean {
  const folders = new Set([...(env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin']);
  return [...folders].some((folder) => folder !== '' && isAccessible(join(folder, command), constants.X_OK));
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

async function isDebianLike(): Promise<boolean> {
  if (!isInstalled('apt-get')) return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

async function install(packages: readonly string[]): Promise<void> {
  const environment = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = async (...argv: string[]): Promise<unknown> => mustRun('apt-get', argv, { environment });
  const ownPolicy = !isAccessible(noStartPolicy, constants.F_OK);
  // The lab wants programs; a package must not start a daemon on this machine.
  if (ownPolicy) await writeFile(noStartPolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const wanted = ['install', '-y', '--no-install-recommends', ...packages];
    await apt(...wanted).catch(async () => {
      await apt('update');
      await apt(...wanted);
    });
  } finally {
    if (ownPolicy) await rm(noStartPolicy, { force: true });
  }
}
