import { randomUUID } from 'node:crypto';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LabError } from '../errors.ts';
import type { CommandResult } from '../model/host.ts';
import { runOnHost } from './agent.ts';
import { writeInventory } from './inventory-files.ts';
import type { LabGuest, LabGuestOptions, RunScript } from './guests.ts';
import { addGuest, addTaps, guestPing, removeGuest, removeTaps } from './guests.ts';
import type { HostPaths, LabNic, TrunkNic } from './layout.ts';
import { eno3Address, hostPathsOf, managementAddress, managementNic, pathsOf } from './layout.ts';
import { bootMachine, isOn, killMachine, prepareMachine, waitUntilOff } from './machine.ts';
import { aggregate, separate, setCable, startNetwork } from './network.ts';
import type { LabProcess } from './process.ts';
import { endGroup, isAlive, mustRun } from './process.ts';
import { ensureRequirements } from './requirements.ts';
import type { SshActivity, SshMark } from './ssh-log.ts';
import { activitySince, markOf } from './ssh-log.ts';
import type { HostState, LabState } from './state.ts';
import { readKernel, readState, writeState } from './state.ts';

/** Options of `labUp`. */
export interface LabOptions {
  /** Number of hosts, 1 to 200; they are called kvm1, kvm2 and so on. Default: 3. */
  readonly hosts?: number;
  /** Called with one line for each step: packages installed, hosts that are up. Default: nobody is told. */
  readonly onProgress?: (message: string) => void;
}

/** One host of a lab. */
export interface LabHost {
  /** Its name in the inventory files: `kvm1`. */
  readonly name: string;
  /** Its place in the lab, from 1. */
  readonly number: number;
  /** Port on 127.0.0.1 that leads to the host's sshd over eno1, its management NIC. */
  readonly port: number;
  /** Port on 127.0.0.1 that leads to the same sshd over the address that eno3 has on a fresh host. */
  readonly eno3Port: number;
  /** IPv4 address of eno1 inside the lab, without prefix length. */
  readonly managementAddress: string;
  /** IPv4 address of eno3 inside the lab on a fresh host, without prefix length. */
  readonly eno3Address: string;
}

/** A host of a lab and its power. */
export interface LabHostStatus extends LabHost {
  /** True while its kernel runs. */
  readonly isUp: boolean;
}

/**
 * Makes a lab: KVM-host stand-ins, each with its own Linux kernel, sshd and NICs on one trunk switch, in a network
 * namespace of their own. Returns when all of them accept SSH. Needs root on Linux.
 *
 * @param directory - Holds the disks, keys, logs and inventories of the lab. It is made when it does not exist.
 * @throws LabError when the machine cannot run a lab, or the directory holds one that runs.
 * @example
 * ```ts
 * const lab = await labUp('.lab', { hosts: 2 });
 * ```
 */
export async function labUp(directory: string, options: LabOptions = {}): Promise<Lab> {
  const { hosts = 3, onProgress = () => undefined } = options;
  const folder = resolve(directory);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > 200) {
    throw new LabError(`a lab has 1 to 200 hosts, not ${hosts}`);
  }
  if (/[\s,]/.test(folder)) {
    throw new LabError(
      `the lab's directory ${folder} must have no space or comma in its path: it goes onto a kernel's command line`,
    );
  }
  const old = readState(folder);
  if (old?.relay !== undefined && isAlive(old.relay))
    throw new LabError(`a lab is running in ${folder} already`);
  if (old !== undefined) await labDown(folder);

  await ensureRequirements(onProgress);
  const state: LabState = {
    version: 1,
    hosts: Array.from({ length: hosts }, (_, index) => ({ name: `kvm${index + 1}`, number: index + 1 })),
  };
  await mkdir(folder, { recursive: true });
  writeState(folder, state);
  try {
    await build(folder, state, onProgress);
  } catch (error) {
    await labDown(folder);
    throw error;
  }
  return new Lab(folder, state);
}

/**
 * Opens the lab that runs in a directory. Several processes may use one lab.
 *
 * @throws LabError when no lab runs there.
 */
export async function openLab(directory: string): Promise<Lab> {
  const folder = resolve(directory);
  const state = readState(folder);
  if (state === undefined) throw new LabError(`there is no lab in ${folder}`);
  if (state.relay === undefined || !isAlive(state.relay)) {
    throw new LabError(`the lab in ${folder} has ended: take it down and make a new one`);
  }
  return Promise.resolve(new Lab(folder, state));
}

/**
 * Ends the lab of a directory, also one whose maker crashed, and removes its files. Returns false when there was none.
 *
 * @throws LabError when the directory holds a `lab.json` of something else, or a process of the lab does not end.
 */
export async function labDown(directory: string): Promise<boolean> {
  const folder = resolve(directory);
  const state = readState(folder);
  if (state === undefined) return false;
  const processes = [...state.hosts.map((host) => readKernel(folder, host)), state.relay];
  await Promise.all(processes.filter((entry) => entry !== undefined).map(endGroup));
  const paths = pathsOf(folder);
  const { state: stateFile, ...others } = paths;
  for (const path of [...Object.values(others), stateFile]) await rm(path, { recursive: true, force: true });
  // Files of others keep the folder.
  await rmdir(folder).catch(() => undefined);
  return true;
}

/** A running lab, as `labUp` and `openLab` return it. Every method throws LabError when the lab has no such host. */
export class Lab {
  /** Absolute path of the lab's folder. */
  readonly directory: string;
  /** Path of the inventory that reaches the hosts over their management NIC. */
  readonly inventoryFile: string;
  /**
   * Path of the inventory that reaches the hosts over the address that eno3 has on a fresh host: a play that moves that
   * address then changes the path of its own session.
   */
  readonly inventoryOverEno3File: string;
  /** Path of a known_hosts file with the keys of all hosts. */
  readonly knownHostsFile: string;
  /** Path of the private key that logs in as root. */
  readonly keyFile: string;
  /** All hosts, by number. */
  readonly hosts: readonly LabHost[];
  readonly #state: LabState;

  /** @internal */
  constructor(directory: string, state: LabState) {
    const paths = pathsOf(directory);
    this.directory = directory;
    this.inventoryFile = paths.inventory;
    this.inventoryOverEno3File = paths.inventoryOverEno3;
    this.knownHostsFile = paths.knownHosts;
    this.keyFile = paths.key;
    this.hosts = state.hosts.map(toLabHost);
    this.#state = state;
  }

  /** Tells which hosts are switched on. */
  status(): readonly LabHostStatus[] {
    return this.#state.hosts.map((host) => ({
      ...toLabHost(host),
      isUp: isOn(this.directory, host),
    }));
  }

  /** Ends every process of the lab and removes its files. */
  async down(): Promise<void> {
    await labDown(this.directory);
  }

  /**
   * Runs a script as root on a host without using its network: over a serial line and shared files. A non-zero exit code
   * is a result.
   *
   * @param options - `timeout` is in milliseconds. Default: 60000.
   * @throws LabError when the host is switched off or does not answer in time.
   */
  async run(
    name: string,
    script: string,
    options: { readonly timeout?: number } = {},
  ): Promise<CommandResult> {
    return runOnHost(this.directory, this.#host(name), { script, timeout: options.timeout ?? 60_000 });
  }

  /**
   * Runs a script as `run` does and returns its standard output.
   *
   * @throws LabError when the script ends with another code than 0.
   */
  async read(name: string, script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(name, script);
    if (code === 0) return stdout;
    throw new LabError(`a script on ${name} ended with code ${code}: ${stderr.trim() || stdout.trim()}`);
  }

  /** Returns the command line that logs in to a host with OpenSSH, a word each. */
  sshCommand(name: string): readonly string[] {
    const { port } = toLabHost(this.#host(name));
    const settings = [
      `UserKnownHostsFile=${this.knownHostsFile}`,
      'GlobalKnownHostsFile=none',
      'IdentitiesOnly=yes',
    ];
    return [
      'ssh',
      '-F',
      'none',
      '-i',
      this.keyFile,
      '-p',
      String(port),
      ...settings.flatMap((setting) => ['-o', setting]),
      'root@127.0.0.1',
    ];
  }

  /** Marks the present end of the log of a host's sshd. */
  async sshMark(name: string): Promise<SshMark> {
    return markOf(this.#hostPaths(name).sshLog);
  }

  /** Counts the connections, logins and execs of a host's sshd since a mark, or since the lab was made. */
  async sshActivity(name: string, mark: SshMark = 0): Promise<SshActivity> {
    return activitySince(this.#hostPaths(name).sshLog, mark);
  }

  /**
   * Makes a guest on a host and attaches it to a bridge. It is gone after a reboot.
   *
   * @throws LabError when the host has no such bridge.
   */
  async addGuest(name: string, guest: string, options: LabGuestOptions): Promise<LabGuest> {
    return addGuest(this.#runOn(name), guest, options);
  }

  /** Removes a guest and its port. */
  async removeGuest(name: string, guest: string): Promise<void> {
    await removeGuest(this.#runOn(name), guest);
  }

  /** Pings an address from a guest. Returns false when there is no answer within three seconds. */
  async guestPing(name: string, guest: string, address: string): Promise<boolean> {
    return guestPing(this.#runOn(name), guest, address);
  }

  /** Makes taps such as qemu makes them, as ports of a bridge. Nothing answers behind them. */
  async addTaps(
    name: string,
    taps: readonly string[],
    options: { readonly bridge?: string } = {},
  ): Promise<void> {
    await addTaps(this.#runOn(name), taps, options.bridge);
  }

  /** Removes taps of `addTaps`. */
  async removeTaps(name: string, taps: readonly string[]): Promise<void> {
    await removeTaps(this.#runOn(name), taps);
  }

  /** Pulls the cable of a NIC on the trunk: the host sees that the carrier is gone. */
  async unplug(name: string, nic: TrunkNic): Promise<void> {
    await this.read(name, `ip -n wire link set plug${nic.slice(3)} down`);
  }

  /** Puts the cable of `unplug` back. */
  async plug(name: string, nic: TrunkNic): Promise<void> {
    await this.read(name, `ip -n wire link set plug${nic.slice(3)} up`);
  }

  /** Makes the switch treat eno4 and eno5 of a host as one static aggregate: for bond modes 0, 2 and 3. */
  async aggregate(name: string): Promise<void> {
    await aggregate(this.#relay(), this.#host(name));
  }

  /** Makes eno4 and eno5 of a host two ports of the switch again. */
  async separate(name: string): Promise<void> {
    await separate(this.#relay(), this.#host(name));
  }

  /** Drops all frames between the lab and a NIC of a host, which keeps its carrier. Default NIC: eno1. */
  async cut(name: string, nic: LabNic = managementNic): Promise<void> {
    await setCable(this.#relay(), this.#host(name), { nic, passes: false });
  }

  /** Lets the frames of a NIC pass again. Default NIC: eno1. */
  async heal(name: string, nic: LabNic = managementNic): Promise<void> {
    await setCable(this.#relay(), this.#host(name), { nic, passes: true });
  }

  /** Cuts the power of a host: it loses everything that it has not written to its disk. */
  async kill(name: string): Promise<void> {
    await killMachine(this.directory, this.#host(name));
  }

  /**
   * Switches a host on and waits until it accepts SSH.
   *
   * @throws LabError when it is on already, or does not boot.
   */
  async boot(name: string): Promise<void> {
    const host = this.#host(name);
    if (isOn(this.directory, host)) throw new LabError(`${name} is switched on already`);
    await this.kill(name);
    await bootMachine(this.directory, host, this.#relay());
  }

  /** Boots a host anew. With `hard` its power is cut; otherwise it stops its programs and unmounts its disk first. */
  async reboot(name: string, options: { readonly hard?: boolean } = {}): Promise<void> {
    if (options.hard !== true) await this.#shutDown(this.#host(name));
    await this.kill(name);
    await this.boot(name);
  }

  async #shutDown(host: HostState): Promise<void> {
    // The answer may never come, since the kernel ends. The wait below checks that it does.
    await this.run(host.name, '/usr/sbin/poweroff', { timeout: 20_000 }).catch(() => undefined);
    if (!(await waitUntilOff(this.directory, host, 20_000)))
      throw new LabError(`${host.name} does not shut down`);
  }

  #hostPaths(name: string): HostPaths {
    return hostPathsOf(this.directory, this.#host(name).name);
  }

  #runOn(name: string): RunScript {
    return async (script) => this.run(name, script);
  }

  #host(name: string): HostState {
    const host = this.#state.hosts.find((candidate) => candidate.name === name);
    if (host !== undefined) return host;
    throw new LabError(
      `the lab in ${this.directory} has no host ${name}, only ${this.hosts.map((each) => each.name).join(', ')}`,
    );
  }

  #relay(): LabProcess {
    if (this.#state.relay === undefined) throw new LabError(`the lab in ${this.directory} has ended`);
    return this.#state.relay;
  }
}

async function build(folder: string, state: LabState, onProgress: (message: string) => void): Promise<void> {
  const paths = pathsOf(folder);
  onProgress(`making ${state.hosts.length} hosts in ${folder}`);
  await mustRun('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    `lab-${randomUUID()}`,
    '-f',
    paths.key,
  ]);
  const [relay] = await allDone([
    startNetwork(folder, state),
    ...state.hosts.map(async (host) => prepareMachine(folder, host)),
  ]);
  await writeInventory(folder, state.hosts);
  await allDone(
    state.hosts.map(async (host) => {
      await bootMachine(folder, host, relay);
      onProgress(`${host.name} is up`);
    }),
  );
}

/** Unlike `Promise.all` it waits for all work before it fails, since the caller then removes the files. */
async function allDone<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function toLabHost(host: HostState): LabHost {
  if (host.port === undefined || host.eno3Port === undefined)
    throw new LabError(`${host.name} was never finished`);
  return {
    name: host.name,
    number: host.number,
    port: host.port,
    eno3Port: host.eno3Port,
    managementAddress: managementAddress(host.number),
    eno3Address: eno3Address(host.number),
  };
}
