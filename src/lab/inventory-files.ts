import { readFile, writeFile } from 'node:fs/promises';
import { hostPathsOf, pathsOf } from './layout.ts';
import type { HostState } from './state.ts';

/** Writes the files with which a run of kvmplay reaches the hosts: two inventories and the hosts' keys. */
export async function writeInventory(directory: string, hosts: readonly HostState[]): Promise<void> {
  const paths = pathsOf(directory);
  await Promise.all([
    writeFile(paths.inventory, inventoryOf(directory, hosts, 'port')),
    writeFile(paths.inventoryOverEno3, inventoryOf(directory, hosts, 'eno3Port')),
    writeFile(paths.knownHosts, await knownHostsOf(directory, hosts)),
  ]);
}

function inventoryOf(directory: string, hosts: readonly HostState[], port: 'port' | 'eno3Port'): string {
  const paths = pathsOf(directory);
  const entries = hosts.map(
    (host) => `        ${host.name}:\n          ansible_port: ${String(host[port])}\n`,
  );
  return `all:
  vars:
    ansible_host: 127.0.0.1
    ansible_user: root
    ansible_ssh_private_key_file: ${JSON.stringify(paths.key)}
    ansible_ssh_common_args: -o UserKnownHostsFile=${paths.knownHosts}
  children:
    kvm:
      hosts:
${entries.join('')}    # Hosts that plays leave alone: the example playbooks run on kvm:!maintenance.
    maintenance:
      hosts:
`;
}

async function knownHostsOf(directory: string, hosts: readonly HostState[]): Promise<string> {
  const lines = await Promise.all(
    hosts.map(async (host) => {
      const publicKey = await readFile(`${hostPathsOf(directory, host.name).hostKey}.pub`, 'utf8');
      const [type, blob] = publicKey.split(' ');
      return [host.port, host.eno3Port].map(
        (port) => `[127.0.0.1]:${String(port)} ${type ?? ''} ${blob ?? ''}\n`,
      );
    }),
  );
  return lines.flat().join('');
}
