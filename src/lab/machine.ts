import { spawn } from 'node:child_process';
import { chmodSync, closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { env } from 'node:process';
import { LabError } from '../errors.ts';
import { hostPathsOf, macOf, nics, pathsOf, tapOf } from './layout.ts';
import { forgetNeighbour, insideNetwork } from './network.ts';
import type { LabProcess } from './process.ts';
import { endGroup, identify, isAlive, mustRun } from './process.ts';
import type { HostState } from './state.ts';
import { forgetKernel, readKernel, writeKernel } from './state.ts';

const bootDeadline = 60_000;

/** Makes the folder, the disk and the keys of a host that has never booted. */
export async function prepareMachine(directory: string, host: HostState): Promise<void> {
  const paths = hostPathsOf(directory, host.name);
  await mkdir(paths.requests, { recursive: true });
  await cp(guestScripts(), paths.guest, { recursive: true });
  for (const script of await readdir(paths.guest)) chmodSync(`${paths.guest}/${script}`, 0o755);
  await Promise.all([
    mustRun('mkfifo', [paths.doorbell]),
    mustRun('mkfs.ext4', [
      '-q',
      '-F',
      '-m',
      '0',
      '-E',
      'lazy_itable_init=1,lazy_journal_init=1',
      paths.disk,
      '256M',
    ]),
    mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', host.name, '-f', paths.hostKey]),
    cp(pathsOf(directory).publicKey, paths.authorizedKeys),
    writeFile(paths.sshLog, ''),
  ]);
}

/** Starts the host's kernel and waits until it has booted. */
export async function bootMachine(directory: string, host: HostState, relay: LabProcess): Promise<void> {
  const paths = hostPathsOf(directory, host.name);
  await Promise.all([rm(paths.booted, { force: true }), rm(paths.kernel, { recursive: true, force: true })]);
  await mkdir(paths.kernel);

  const console = openSync(paths.console, 'a');
  // Opened for writing too, so the kernel never reads its end while nobody rings.
  const doorbell = openSync(paths.doorbell, constants.O_RDWR);
  const [command = '', ...argv] = [
    ...insideNetwork(relay),
    ...['taskset', '--cpu-list', processorFor(directory, host)],
    'linux.uml',
    ...kernelArguments(directory, host),
  ];
  const child = spawn(command, argv, {
    detached: true,
    stdio: ['ignore', console, console, doorbell],
    env: { ...env, HOME: paths.kernel },
  });
  child.on('error', () => undefined);
  closeSync(console);
  closeSync(doorbell);
  child.unref();
  if (child.pid === undefined) throw new LabError(`the kernel of ${host.name} did not start`);

  const kernel = identify(child.pid);
  writeKernel(directory, host, kernel);
  await waitUntilBooted(directory, host, kernel);
  await forgetNeighbour(relay, host);
}

/** Cuts the power: the kernel ends between two instructions and loses everything that it has not written. */
export async function killMachine(directory: string, host: HostState): Promise<void> {
  const kernel = readKernel(directory, host);
  if (kernel === undefined) return;
  await endGroup(kernel);
  forgetKernel(directory, host);
}

export function isOn(directory: string, host: HostState): boolean {
  const kernel = readKernel(directory, host);
  return kernel !== undefined && isAlive(kernel);
}

/** Waits until the kernel has ended by itself. */
export async function waitUntilOff(
  directory: string,
  host: HostState,
  milliseconds: number,
): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isOn(directory, host)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

function kernelArguments(directory: string, host: HostState): string[] {
  const paths = hostPathsOf(directory, host.name);
  return [
    'mem=192M',
    `umid=${host.name}`,
    `uml_dir=${paths.kernel}/`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    'quiet',
    `ubda=${paths.disk}`,
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    'ssl0=fd:3,null',
    ...nics.map(
      (nic, index) =>
        `vec${index}:transport=tap,ifname=${tapOf(host.number, nic)},depth=64,gro=1,mac=${macOf(host.number, nic)}`,
    ),
    `init=${paths.guest}/init.sh`,
    `LAB_DIRECTORY=${paths.folder}`,
    `LAB_NUMBER=${host.number}`,
  ];
}

/**
 * Every system call inside a host switches between two processes outside. On one processor that takes half the time it
 * takes across two. Labs whose names end in different digits begin at different ones.
 */
function processorFor(directory: string, host: HostState): string {
  const allowed = /^Cpus_allowed_list:\s*(\S*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const processors = allowed.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const first = Number(/\d$/.exec(directory)?.[0] ?? 0);
  return String(processors[(first + host.number) % processors.length] ?? 0);
}

async function waitUntilBooted(directory: string, host: HostState, kernel: LabProcess): Promise<void> {
  const paths = hostPathsOf(directory, host.name);
  const deadline = Date.now() + bootDeadline;
  while (!existsSync(paths.booted)) {
    if (!isAlive(kernel)) throw new LabError(`${host.name} did not boot: ${await lastWords(paths.console)}`);
    if (Date.now() > deadline) {
      throw new LabError(
        `${host.name} did not boot in ${bootDeadline / 1000} s: ${await lastWords(paths.console)}`,
      );
    }
    await sleep(20);
  }
}

async function lastWords(console: string): Promise<string> {
  const lines = (await readFile(console, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-5).join(' / ') || 'its console is empty';
}

/** The package ships src beside dist, so one folder serves both. */
function guestScripts(): string {
  return fileURLToPath(new URL('../../src/lab/guest', import.meta.url));
}
