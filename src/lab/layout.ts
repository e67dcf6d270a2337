import { join } from 'node:path';

/** NICs on the trunk switch. Their MAC can be changed while they are up, as that of a real NIC. */
export const trunkNics = ['eno3', 'eno4', 'eno5'] as const;

/** A NIC on the trunk switch that refuses a new MAC while it is up, as some drivers do. */
export const stubbornNic = 'eno9';

/** The NIC on the management network. */
export const managementNic = 'eno1';

/** A NIC on the trunk switch whose cable can be pulled. */
export type TrunkNic = (typeof trunkNics)[number];

/** A NIC of a lab host. */
export type LabNic = typeof managementNic | TrunkNic | typeof stubbornNic;

/** In the order of the kernel's vector devices: the first is vec0. */
export const nics: readonly LabNic[] = [managementNic, ...trunkNics, stubbornNic];

/** The lab's end of the two networks it can reach its hosts through. */
export const switches = [
  { name: 'mgmt', address: '10.128.9.1/24', nics: [managementNic] as readonly LabNic[] },
  { name: 'trunk', address: '10.128.1.1/24', nics: [...trunkNics, stubbornNic] as readonly LabNic[] },
] as const;

export function managementAddress(number: number): string {
  return `10.128.9.${10 + number}`;
}

/** The address of eno3 on a fresh host. */
export function eno3Address(number: number): string {
  return `10.128.1.${10 + number}`;
}

export function macOf(number: number, nic: LabNic): string {
  return `52:54:00:00:${hex(number)}:${hex(Number(nic.slice(3)))}`;
}

/** The lab's end of the cable of a host's NIC. */
export function tapOf(number: number, nic: LabNic): string {
  return `kvm${number}${nic}`;
}

/** Paths of the files of a lab. */
export function pathsOf(directory: string): LabPaths {
  return {
    state: join(directory, 'lab.json'),
    inventory: join(directory, 'inventory.yml'),
    inventoryOverEno3: join(directory, 'inventory-eno3.yml'),
    knownHosts: join(directory, 'known_hosts'),
    key: join(directory, 'id_ed25519'),
    publicKey: join(directory, 'id_ed25519.pub'),
    relayLog: join(directory, 'relay.log'),
    hosts: join(directory, 'hosts'),
  };
}

export interface LabPaths {
  readonly state: string;
  readonly inventory: string;
  readonly inventoryOverEno3: string;
  readonly knownHosts: string;
  readonly key: string;
  readonly publicKey: string;
  readonly relayLog: string;
  readonly hosts: string;
}

/** Paths of the files of one host. The folder is /lab inside the host. */
export function hostPathsOf(directory: string, name: string): HostPaths {
  const folder = join(pathsOf(directory).hosts, name);
  return {
    folder,
    disk: join(folder, 'disk.ext4'),
    console: join(folder, 'console.log'),
    kernel: join(folder, 'kernel'),
    kernelProcess: join(folder, 'kernel.json'),
    guest: join(folder, 'guest'),
    doorbell: join(folder, 'doorbell'),
    requests: join(folder, 'requests'),
    booted: join(folder, 'booted'),
    hostKey: join(folder, 'ssh_host_ed25519_key'),
    authorizedKeys: join(folder, 'authorized_keys'),
    sshLog: join(folder, 'sshd.log'),
  };
}

export interface HostPaths {
  readonly folder: string;
  readonly disk: string;
  readonly console: string;
  readonly kernel: string;
  readonly kernelProcess: string;
  readonly guest: string;
  readonly doorbell: string;
  readonly requests: string;
  readonly booted: string;
  readonly hostKey: string;
  readonly authorizedKeys: string;
  readonly sshLog: string;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
